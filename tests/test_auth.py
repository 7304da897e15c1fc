"""`SessionAuth`: the header for any client, one refresh after a 401, and only to its own hosts."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast

import httpx
import pytest
from pydantic import SecretStr

from mp_core.account_model import Account
from mp_core.auth import SessionAuth
from mp_core.client import Call, MixpanelClient
from mp_core.context import Context
from mp_core.errors import AuthenticationError, ConfigError, MpError, OAuthError
from mp_core.hookspecs import PROVIDERS, hookimpl
from mp_core.installation import Installed
from mp_core.models import Session
from mp_core.registry import Registry
from mp_core.sandbox import Fault, Sandbox
from mp_core.tokens import REFRESH_REVOKED, OAuthTokens, TokenResolver

URL = "https://mixpanel.com/api/app/me"
ME = Call("GET", "/me", {})
FAR = datetime(2999, 1, 1, tzinfo=UTC)


class PassAccount(Account):
    type: Literal["pass"] = "pass"

    def is_long_lived(self) -> bool:
        return True


@dataclass(eq=False)
class Pass:
    """A provider with stored tokens; `renew` is its refresh, which is counted."""

    renew: Callable[[], OAuthTokens]
    refreshes: int = 0

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return PassAccount

    @hookimpl
    def mp_auth_header(self, account: PassAccount, token_resolver: TokenResolver) -> str:
        return f"Bearer {token_resolver.get_browser_token(account.name, account.region)}"

    @hookimpl
    def mp_login(self) -> None:
        raise AssertionError("Nobody logs in here.")

    @hookimpl
    def mp_refresh_tokens(self) -> OAuthTokens:
        self.refreshes += 1
        return self.renew()

    def load(self) -> Pass:
        return self


@dataclass
class Resolver:
    """A resolver that hands out one bearer after the other, the last one forever."""

    bearers: list[str]
    asked: int = 0

    def get_browser_token(self, name: str, region: str) -> str:
        self.asked += 1
        return self.bearers[min(self.asked, len(self.bearers)) - 1]

    def get_static_token(self, account: Account) -> str:
        raise AssertionError("This account has no static token.")


def tokens(access: str, *, refresh: str | None = "again", expires: datetime = FAR) -> OAuthTokens:
    spent = None if refresh is None else SecretStr(refresh)
    return OAuthTokens(access_token=SecretStr(access), refresh_token=spent, expires_at=expires)


@dataclass(frozen=True)
class Surroundings(Context):
    plugins: Registry = field(default_factory=lambda: registry(Pass(lambda: tokens("new"))))

    @property
    def registry(self) -> Registry:
        return self.plugins


def registry(plugin: Pass) -> Registry:
    found = Installed("pass", PROVIDERS, "mp-pass", "1.0", cast(Any, plugin))
    return Registry({}, scan=lambda: {(PROVIDERS, "pass"): (found,)})


def session(region: str = "us") -> Session:
    return Session(account=PassAccount(name="me", region=cast(Any, region)), project="42")


def context(home: Path, plugin: Pass, *stored: OAuthTokens, **env: str) -> Context:
    found = Surroundings(env={"HOME": str(home), **env}, plugins=registry(plugin))
    for each in stored:
        found.vault.store(session().account, each)
    return found


@dataclass
class Server:
    """Accepts one bearer only, and remembers what it was sent."""

    accepts: str
    seen: list[str | None] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request.headers.get("Authorization"))
        return httpx.Response(200 if self.seen[-1] == f"Bearer {self.accepts}" else 401)

    def get(self, auth: SessionAuth, url: str = URL) -> int:
        with httpx.Client(transport=httpx.MockTransport(self), auth=auth) as client:
            return client.get(url).status_code

    def get_async(self, auth: SessionAuth, url: str = URL) -> int:
        async def get() -> int:
            transport = httpx.MockTransport(self)
            async with httpx.AsyncClient(transport=transport, auth=auth) as client:
                return (await client.get(url)).status_code

        return asyncio.run(get())


Get = Callable[[Server, SessionAuth], int]
BOTH = pytest.mark.parametrize("get", [Server.get, Server.get_async], ids=["sync", "async"])


@BOTH
def test_the_header_is_added(get: Get) -> None:
    server = Server("one")
    assert (
        get(
            server, SessionAuth(session(), context=Surroundings(), token_resolver=Resolver(["one"]))
        )
        == 200
    )
    assert server.seen == ["Bearer one"]


@BOTH
def test_h45_the_first_401_leads_to_one_refresh_and_one_retry(get: Get) -> None:
    server, resolver = Server("two"), Resolver(["one", "two"])
    auth = SessionAuth(session(), context=Surroundings(), token_resolver=resolver)
    assert get(server, auth) == 200
    assert server.seen == ["Bearer one", "Bearer two"]
    assert resolver.asked == 2


@BOTH
def test_h45_a_second_401_is_the_answer(get: Get) -> None:
    server, resolver = Server("never"), Resolver(["one", "two", "three"])
    auth = SessionAuth(session(), context=Surroundings(), token_resolver=resolver)
    assert get(server, auth) == 401
    assert server.seen == ["Bearer one", "Bearer two"]


@BOTH
def test_h45_a_credential_that_cannot_change_is_not_sent_twice(get: Get) -> None:
    server = Server("never")
    auth = SessionAuth(session(), context=Surroundings(), token_resolver=Resolver(["one"]))
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
    error = client_error(home, sandbox, tokens("refused", refresh=refresh))
    assert len(sandbox.requests) == requests
    for part in ("'me'", "type pass", "region us", "active: config.toml [active]"):
        assert part in str(error)
    assert "mp account login me" in str(error.hint)


OTHERS = [
    "https://evil.invalid/",
    "https://mixpanel.com.evil.invalid/",
    "https://eu.mixpanel.com/api/app/me",
    "https://mixpanel.com:8443/api/app/me",
    "https://api.mixpanel.com/",
    "http://mixpanel.com/api/app/me",
    "http://127.0.0.1:1234/",
]


@BOTH
@pytest.mark.parametrize("url", OTHERS)
def test_h46_other_hosts_and_plain_http_are_refused_before_anything_is_sent(
    get: Callable[[Server, SessionAuth, str], int], url: str
) -> None:
    server, resolver = Server("one"), Resolver(["one"])
    auth = SessionAuth(session(), context=Surroundings(env={}), token_resolver=resolver)
    with pytest.raises(ConfigError, match="is not sent to") as caught:
        get(server, auth, url)
    assert caught.value.code == "CREDENTIAL_HOST"
    assert (server.seen, resolver.asked) == ([], 0)


@pytest.mark.parametrize(
    "url",
    [
        "https://eu.mixpanel.com/api/app/me",
        "https://eu.mixpanel.com:443/api/query/x",
        "https://data-eu.mixpanel.com/api/2.0/export",
        "https://eu.mixpanel.com/oauth/token/",
    ],
)
def test_h46_every_family_of_the_accounts_region_is_served(url: str) -> None:
    around = Surroundings(env={})
    auth = SessionAuth(session("eu"), context=around, token_resolver=Resolver(["one"]))
    assert Server("one").get(auth, url) == 200


def test_h46_a_configured_base_takes_the_place_of_every_other_host() -> None:
    around = Surroundings(env={"MP_API_BASE_URL": "http://127.0.0.1:8080"})
    auth = SessionAuth(session(), context=around, token_resolver=Resolver(["one"]))
    assert Server("one").get(auth, "http://127.0.0.1:8080/api/app/me") == 200
    for url in (URL, "http://127.0.0.1:8081/api/app/me", "https://127.0.0.1:8080/api/app/me"):
        with pytest.raises(ConfigError):
            Server("one").get(auth, url)


@pytest.mark.parametrize("follow", [True, False])
def test_h46_a_redirect_never_carries_the_credential(sandbox: Sandbox, follow: bool) -> None:
    token = sandbox.identities[0].token
    with Sandbox() as other:
        sandbox.inject(Fault("redirect", location=f"{other.url}/api/app/me"))
        around = Surroundings(env={"MP_API_BASE_URL": sandbox.url})
        auth = SessionAuth(session(), context=around, token_resolver=Resolver([token]))
        with httpx.Client(auth=auth, follow_redirects=follow, trust_env=False) as client:
            client.get(f"{sandbox.url}/api/app/me")
        assert [r.authorization for r in other.requests] == [None] * len(other.requests)
        assert bool(other.requests) is follow
    assert sandbox.requests[0].authorization == f"Bearer {token}"


def test_h46_the_cores_own_client_does_not_follow_redirects(home: Path, sandbox: Sandbox) -> None:
    with Sandbox() as other:
        sandbox.inject(Fault("redirect", location=f"{other.url}/api/app/me"))
        around = context(home, Pass(lambda: tokens("x")), tokens("y"), MP_API_BASE_URL=sandbox.url)
        client = MixpanelClient(around)
        with pytest.raises(MpError, match="redirect"):
            client.send(ME, session())
        client.close()
        assert other.requests == []


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
        auth = SessionAuth(session(), context=Surroundings(), token_resolver=resolver)
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
    auth = SessionAuth(session(), context=Surroundings(), token_resolver=Resolver(["one"]))
    assert (server.get(auth), server.get_async(auth)) == (200, 200)
