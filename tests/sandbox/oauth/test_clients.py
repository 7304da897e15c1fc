"""Whom the sandbox registers as a client (RFC 7591)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mp_core.sandbox import Sandbox
from mp_core.sandbox.oauth.clients import SCOPES
from tests.support.oauth_client import CALLBACKS, METADATA, REGISTER, error_of, register


def test_one_registration_takes_all_four_redirect_uris(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    response = register(client)
    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    body = response.json()
    assert body["redirect_uris"] == CALLBACKS
    assert {name: body[name] for name in METADATA} == METADATA
    (known,) = sandbox.clients
    assert (known.client_id, known.redirect_uris) == (body["client_id"], tuple(CALLBACKS))


def test_each_registration_is_a_client_of_its_own(client: httpx.Client) -> None:
    assert len({register(client).json()["client_id"] for _ in range(3)}) == 3


def test_what_is_left_out_has_the_defaults_of_the_rfc_and_every_scope(
    client: httpx.Client,
) -> None:
    missing = {"client_name", "grant_types", "response_types", "scope"}
    body = register(client, **dict.fromkeys(missing)).json()
    assert (body["client_name"], body["grant_types"]) == ("", ["authorization_code"])
    assert body["scope"].split() == list(SCOPES)


def test_unknown_metadata_is_left_out(client: httpx.Client) -> None:
    body = register(client, logo_uri="http://evil.invalid/", client_id="mine").json()
    assert "logo_uri" not in body
    assert body["client_id"] != "mine"


@pytest.mark.parametrize(
    "uris",
    [
        None,
        [],
        "http://localhost:19284/callback",
        [7],
        [{}],
        [*CALLBACKS, "http://evil.invalid/callback"],
        ["http://localhost.evil.invalid:19284/callback"],
        ["http://localhost:19284@evil.invalid/callback"],
        ["http://evil.invalid\\@localhost:19284/callback"],
        ["https://localhost:19284/callback"],
        ["javascript:alert(1)//localhost/"],
        ["http://localhost:19284"],
        ["http://localhost:19284/callback#fragment"],
        ["http://localhost:19284/callback?code=mine"],
        ["http://localhost:19284/call back"],
        ["http://localhost:19284/callback\r\nSet-Cookie: a=b"],
        ["http://localhost:19284/callback\n"],
    ],
)
def test_only_loopback_addresses_are_redirect_uris(client: httpx.Client, uris: Any) -> None:
    assert error_of(register(client, redirect_uris=uris)) == (400, "invalid_redirect_uri")


@pytest.mark.parametrize(
    "wrong",
    [
        {"token_endpoint_auth_method": "client_secret_basic"},
        {"token_endpoint_auth_method": None},
        {"response_types": ["token"]},
        {"response_types": ["code", "token"]},
        {"grant_types": ["refresh_token"]},
        {"grant_types": ["authorization_code", "password"]},
        {"grant_types": "authorization_code"},
        {"grant_types": [{}]},
        {"scope": "projects admin"},
        {"scope": ["projects"]},
        {"client_name": 7},
    ],
)
def test_other_metadata_is_refused(client: httpx.Client, wrong: dict[str, Any]) -> None:
    assert error_of(register(client, **wrong)) == (400, "invalid_client_metadata")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(client: httpx.Client, body: bytes) -> None:
    response = client.post(REGISTER, content=body, headers={"Content-Type": "application/json"})
    assert error_of(response) == (400, "invalid_client_metadata")
