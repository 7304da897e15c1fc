"""The client registration: once per account, with every redirect URI, and told when it fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from mp_core.errors import OAuthError
from mp_core.plugin import OAuthClientInfo
from mp_oauth_browser.registration import PORTS, client_of, redirect_uri

from .conftest import ACCOUNT, Desk, Handler

Server = Callable[[Handler], httpx.Client]
KNOWN = OAuthClientInfo(
    client_id="known",
    region="us",
    redirect_uri=redirect_uri(PORTS[0]),
    scope="events",
    created_at=datetime(2024, 5, 6, tzinfo=UTC),
)


def answering(status: int = 201, **response: Any) -> Handler:
    return lambda request: httpx.Response(status, **response)


def failed(http: httpx.Client) -> OAuthError:
    desk = Desk(http)
    with pytest.raises(OAuthError) as caught:
        client_of(ACCOUNT, desk.flow())
    assert desk.kept.client is None
    return caught.value


def test_one_request_registers_a_public_client_with_all_redirect_uris(server: Server) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"client_id": "new", "client_id_issued_at": 1})

    desk = Desk(server(handler))
    client = client_of(ACCOUNT, desk.flow())
    (request,) = seen
    assert (request.method, request.url.path) == ("POST", "/oauth/mcp/register/")
    sent = json.loads(request.content)
    assert sent["redirect_uris"] == [
        f"http://localhost:{port}/callback" for port in (19284, 19285, 19286, 19287)
    ]
    assert sent["grant_types"] == ["authorization_code", "refresh_token"]
    assert sent["response_types"] == ["code"]
    assert sent["token_endpoint_auth_method"] == "none"
    assert {"projects", "events", "data:read", "bookmarks"} <= set(sent["scope"].split())
    assert (client.client_id, client.region) == ("new", "us")
    assert client.redirect_uri == "http://localhost:19284/callback"
    assert desk.kept.client == client


def test_the_client_that_the_account_has_is_used_again(server: Server) -> None:
    desk = Desk(server(answering(500)))
    desk.kept.client = KNOWN
    assert client_of(ACCOUNT, desk.flow()) == KNOWN


def test_a_client_with_other_redirect_uris_is_replaced(server: Server) -> None:
    desk = Desk(server(answering(json={"client_id": "new"})))
    other = {"redirect_uri": "http://127.0.0.1:8080/"}
    desk.kept.client = KNOWN.model_copy(update=other)
    assert client_of(ACCOUNT, desk.flow()).client_id == "new"
    assert desk.kept.client is not None
    assert desk.kept.client.client_id == "new"


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_2xx_is_success(server: Server, status: int) -> None:
    desk = Desk(server(answering(status, json={"client_id": "new"})))
    assert client_of(ACCOUNT, desk.flow()).client_id == "new"


@pytest.mark.parametrize(
    "response",
    [
        {"content": b""},
        {"content": b"<html>fake-secret</html>"},
        {"content": b"\xff\xfe"},
        {"content": b"[" * 100_000},
        {"json": []},
        {"json": "fake-secret"},
        {"json": {}},
        {"json": {"client_id": ""}},
        {"json": {"client_id": 17}},
        {"content": b'{"client_id": "cut\\ud83d"}'},
        {"json": {"client_id": None, "client_secret": "fake-secret"}},
    ],
)
def test_an_answer_without_a_client_id_is_an_error_that_repeats_none_of_it(
    server: Server, response: dict[str, Any]
) -> None:
    error = failed(server(answering(**response)))
    assert error.code == "OAUTH_REGISTRATION_ERROR"
    assert "holds no client_id" in error.message
    assert "fake-secret" not in f"{error!r} {error.details} {error.__context__!r}"


@pytest.mark.parametrize(
    ("retry_after", "said"),
    [
        ("17", "asks for a pause of 17 s"),
        (None, "asks for a pause."),
        ("Wed, 21 Oct 2037 07:28:00 GMT", "asks for a pause."),
    ],
)
def test_a_server_that_asks_for_a_pause_is_quoted(
    server: Server, retry_after: str | None, said: str
) -> None:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    error = failed(server(answering(429, headers=headers)))
    assert said in error.message
    assert error.code == "OAUTH_REGISTRATION_ERROR"


@pytest.mark.parametrize("status", [302, 400, 403, 404, 500, 503])
def test_a_refusal_is_told_by_its_status(server: Server, status: int) -> None:
    error = failed(server(answering(status, json={"error": "fake-secret"})))
    assert f"the server answered {status}" in error.message
    assert "fake-secret" not in f"{error!r} {error.details}"


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_a_server_that_cannot_be_reached_is_told(
    server: Server, kind: type[httpx.RequestError]
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise kind("No.")

    error = failed(server(handler))
    assert f"could not be reached ({kind.__name__})" in error.message
    assert error.details == {"account": "me", "region": "us"}
