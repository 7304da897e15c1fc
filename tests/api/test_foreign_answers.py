"""What is said of an answer that is not Mixpanel's, and what it must not lead to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from mp_core._api.auth import SessionAuth
from mp_core._runtime.context import Context
from mp_core.errors import APIError, AuthenticationError, QueryError, ServerError
from tests.support.bearer_server import PLUGINS, URL, Resolver, session
from tests.support.scripted_client import OK, ScriptedClient, fails, replies

PAGE = {"Content-Type": "text/html"}


def page(status: int, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers={**PAGE, **named}, content=b"<html>Blocked</html>")


def failed(*answers: httpx.Response) -> tuple[APIError, ScriptedClient]:
    client = ScriptedClient(replies(*answers))
    with pytest.raises(APIError) as caught:
        client.send()
    return caught.value, client


@pytest.mark.parametrize("status", [401, 403, 407])
def test_h86_a_proxys_refusal_says_nothing_of_the_account(status: int) -> None:
    error, client = failed(page(status), OK)
    assert not isinstance(error, AuthenticationError | QueryError)
    assert (error.code, error.status_code) == ("FOREIGN_ANSWER", None)
    assert error.details == {"cause": "proxy", "status": status, "host": "mixpanel.com"}
    assert "not Mixpanel's but that of a proxy" in error.message
    assert "team" not in error.message
    assert "HTTPS_PROXY" in str(error.hint)
    assert len(client.seen) == 1


def test_h86_a_portals_page_is_told_from_json() -> None:
    error, _ = failed(page(200))
    assert (error.code, error.details["cause"]) == ("FOREIGN_ANSWER", "portal")
    assert "something else than JSON" in error.message
    assert "log in to the network" in str(error.hint)


def test_h86_a_redirect_to_a_portal_says_where_it_leads_and_is_not_followed() -> None:
    error, client = failed(page(302, Location="http://login.hotel.example/?u=x"), OK)
    assert (error.code, error.details["cause"]) == ("FOREIGN_ANSWER", "portal")
    assert "which leads to login.hotel.example." in error.message
    assert "redirect is not followed" in error.message
    assert len(client.seen) == 1


def test_h86_a_gateway_that_fails_is_asked_again_and_then_told() -> None:
    error, client = failed(*[page(503, Server="squid/6.1")] * 4)
    assert (error.code, len(client.seen)) == ("FOREIGN_ANSWER", 4)
    error, client = failed(*[page(502)] * 4)
    assert isinstance(error, ServerError)
    assert "502 with a page, which may be a proxy's" in error.message
    assert len(client.seen) == 4


@pytest.mark.parametrize(("answer", "asked"), [(page(401), 1), (fails(401), 2)])
def test_h86_a_proxys_401_refreshes_nothing(answer: httpx.Response, asked: int) -> None:
    resolver = Resolver(["fake-first", "fake-second"])
    auth = SessionAuth(session(), context=Context(plugins=PLUGINS), token_resolver=resolver)
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answer

    with httpx.Client(transport=httpx.MockTransport(handle)) as http:
        assert http.get(URL, auth=auth).status_code == 401
    assert len(seen) == asked


def test_h86_a_401_in_json_that_is_called_a_page_is_mixpanels() -> None:
    refusal = httpx.Response(401, headers=PAGE, content=b'{"error": "bad token"}')
    client = ScriptedClient(replies(refusal, refusal))
    with pytest.raises(AuthenticationError, match="bad token"):
        client.send()


def test_h86_a_401_that_streams_is_read_by_an_async_client_before_it_is_judged() -> None:
    resolver = Resolver(["fake-first", "fake-second"])
    auth = SessionAuth(session(), context=Context(plugins=PLUGINS), token_resolver=resolver)

    async def refusal() -> AsyncIterator[bytes]:
        yield b'{"error": "bad token"}'

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, headers=PAGE, content=refusal())

    async def asked() -> bytes:
        transport = httpx.MockTransport(handle)
        async with httpx.AsyncClient(transport=transport, auth=auth) as http:
            return (await http.get(URL)).content

    assert b"bad token" in asyncio.run(asked())
    assert resolver.asked == 2
