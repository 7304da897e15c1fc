"""`SessionAuth`: the header for any client, and one refresh after a 401."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from mp_core._api.auth import SessionAuth
from mp_core._api.client import MixpanelClient
from mp_core._runtime.context import Context
from mp_core.errors import AuthenticationError, MpError, OAuthError
from mp_core.plugin.tokens import REFRESH_REVOKED, OAuthTokens
from mp_core.sandbox import Sandbox
from tests.support.bearer_server import (
    BOTH,
    ME,
    PLUGINS,
    URL,
    Get,
    Pass,
    Resolver,
    Server,
    context,
    session,
    tokens,
)
from tests.support.home_files import configure


@BOTH
def test_the_header_is_added(get: Get) -> None:
    server = Server("one")
    assert (
        get(
            server,
            SessionAuth(
                session(), context=Context(plugins=PLUGINS), token_resolver=Resolver(["one"])
            ),
        )
        == 200
    )
    assert server.seen == ["Bearer one"]


@BOTH
def test_h45_the_first_401_leads_to_one_refresh_and_one_retry(get: Get) -> None:
    server, resolver = Server("two"), Resolver(["one", "two"])
    auth = SessionAuth(session(), context=Context(plugins=PLUGINS), token_resolver=resolver)
    assert get(server, auth) == 200
    assert server.seen == ["Bearer one", "Bearer two"]
    assert resolver.asked == 2


@BOTH
def test_h45_a_second_401_is_the_answer(get: Get) -> None:
    server, resolver = Server("never"), Resolver(["one", "two", "three"])
    auth = SessionAuth(session(), context=Context(plugins=PLUGINS), token_resolver=resolver)
    assert get(server, auth) == 401
    assert server.seen == ["Bearer one", "Bearer two"]


@BOTH
def test_h45_a_credential_that_cannot_change_is_not_sent_twice(get: Get) -> None:
    server = Server("never")
    auth = SessionAuth(
        session(), context=Context(plugins=PLUGINS), token_resolver=Resolver(["one"])
    )
    assert get(server, auth) == 401
    assert server.seen == ["Bearer one"]


@BOTH
def test_h45_a_stored_token_that_is_refused_is_refreshed_once(home: Path, get: Get) -> None:
    plugin, server = Pass(lambda: tokens("new")), Server("new")
    around = context(home, plugin, tokens("old"))
    auth = SessionAuth(session(), context=around)
    assert get(server, auth) == 200
    assert get(server, auth) == 200
    assert server.seen == ["Bearer old", "Bearer new", "Bearer new"]
    assert plugin.refreshes == 1


@BOTH
def test_h45_without_a_refresh_token_the_401_stands(home: Path, get: Get) -> None:
    plugin, server = Pass(lambda: tokens("new")), Server("new")
    auth = SessionAuth(session(), context=context(home, plugin, tokens("old", refresh=None)))
    assert get(server, auth) == 401
    assert (server.seen, plugin.refreshes) == (["Bearer old"], 0)


@BOTH
def test_a_login_that_is_gone_for_good_is_told(home: Path, get: Get) -> None:
    def revoked() -> OAuthTokens:
        raise OAuthError("The login is gone.", code=REFRESH_REVOKED)

    server = Server("new")
    auth = SessionAuth(session(), context=context(home, Pass(revoked), tokens("old")))
    with pytest.raises(OAuthError, match="gone") as caught:
        get(server, auth)
    assert caught.value.code == REFRESH_REVOKED


@BOTH
def test_h19_without_a_login_nothing_is_sent(home: Path, get: Get) -> None:
    server = Server("x")
    with pytest.raises(OAuthError, match="not logged in"):
        get(server, SessionAuth(session(), context=context(home, Pass(lambda: tokens("x")))))
    assert server.seen == []


def client_error(home: Path, sandbox: Sandbox, *stored: OAuthTokens) -> MpError:
    around = context(home, Pass(lambda: tokens("worthless")), *stored, MP_API_BASE_URL=sandbox.url)
    client = MixpanelClient(around)
    with pytest.raises(AuthenticationError) as caught:
        client.send(ME, session(), origin="active: config.toml [active]")
    client.close()
    return caught.value


@pytest.mark.parametrize(("refresh", "requests"), [("again", 2), (None, 1)])
def test_h45_then_it_is_an_error_that_names_account_type_region_source_and_command(
    home: Path, sandbox: Sandbox, refresh: str | None, requests: int
) -> None:
    configure(home, accounts={"me": {"type": "pass"}})
    error = client_error(home, sandbox, tokens("refused", refresh=refresh))
    assert len(sandbox.requests) == requests
    for part in ("'me'", "type pass", "region us", "active: config.toml [active]"):
        assert part in str(error)
    assert "mp account login me" in str(error.hint)


def test_h09_making_a_header_does_not_block_the_event_loop() -> None:
    running, moved_on = threading.Event(), threading.Event()

    class Slow(Resolver):
        def get_browser_token(self, name: str, region: str) -> str:
            running.set()
            assert moved_on.wait(30), "The event loop stood still."
            return super().get_browser_token(name, region)

    async def watch() -> None:
        while not running.is_set():
            await asyncio.sleep(0)
        moved_on.set()

    async def both() -> int:
        resolver = Slow(["one"])
        auth = SessionAuth(session(), context=Context(plugins=PLUGINS), token_resolver=resolver)
        transport = httpx.MockTransport(Server("one"))
        async with httpx.AsyncClient(transport=transport, auth=auth) as client:
            response, _ = await asyncio.gather(client.get(URL), watch())
            return response.status_code

    assert asyncio.run(both()) == 200


def test_h09_many_tasks_share_one_refresh(home: Path, sandbox: Sandbox) -> None:
    who = sandbox.identities[1]
    fresh = sandbox.issue_token(who)
    plugin = Pass(lambda: tokens(fresh))
    past = datetime.now(UTC) - timedelta(hours=1)
    stale = tokens("stale", expires=past)
    around = context(home, plugin, stale, MP_API_BASE_URL=sandbox.url)

    async def gather() -> list[int]:
        auth = SessionAuth(session(), context=around)
        async with httpx.AsyncClient(auth=auth, trust_env=False, timeout=60) as client:
            calls = (client.get(f"{sandbox.url}/api/app/me") for _ in range(20))
            return [response.status_code for response in await asyncio.gather(*calls)]

    assert asyncio.run(gather()) == [200] * 20
    assert plugin.refreshes == 1


def test_one_auth_serves_clients_of_both_kinds() -> None:
    server = Server("one")
    auth = SessionAuth(
        session(), context=Context(plugins=PLUGINS), token_resolver=Resolver(["one"])
    )
    assert (server.get(auth), server.get_async(auth)) == (200, 200)


@pytest.mark.parametrize("is_answered_first", [True, False])
def test_h71_a_task_that_is_cancelled_in_a_refresh_loses_no_login(
    home: Path, is_answered_first: bool
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def refreshed() -> OAuthTokens:
        begun.set()
        assert go_on.wait(30)
        return tokens("new")

    plugin = Pass(refreshed)
    around = context(home, plugin, tokens("old"))

    async def cancelled() -> None:
        transport = httpx.MockTransport(Server("new"))
        auth = SessionAuth(session(), context=around)
        async with httpx.AsyncClient(transport=transport, auth=auth) as client:
            task = asyncio.create_task(client.get(URL))
            assert await asyncio.to_thread(begun.wait, 30)
            if is_answered_first:
                go_on.set()
            task.cancel()
            await asyncio.wait([task], timeout=0.1)
            go_on.set()
            await asyncio.wait([task], timeout=30)
            assert task.cancelled()

    asyncio.run(cancelled())
    auth = SessionAuth(session(), context=around)
    assert auth.header(rejected="Bearer old") == "Bearer new", "which waits for the refresh"
    assert plugin.refreshes == 1
    stored = around.vault.peek(session().account)
    assert stored is not None
    assert stored.access_token.get_secret_value() == "new"
