"""Bearers for tests: a resolver that hands them out, and a server that accepts one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from pydantic import SecretStr

from mp_core._api.auth import SessionAuth
from mp_core._api.client import Call
from mp_core._runtime.context import Context
from mp_core._values.session import Session
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.tokens import OAuthTokens
from tests.support import fake_providers
from tests.support.fake_providers import PassAccount, Passes

URL = "https://mixpanel.com/api/app/me"
ME = Call("GET", "/me", {})
FAR = datetime(2999, 1, 1, tzinfo=UTC)


@dataclass(eq=False)
class Pass(Passes):
    """A provider with stored tokens; `renew` is its refresh, which is counted."""

    renew: Callable[[], OAuthTokens]
    refreshes: int = 0

    @hookimpl
    def mp_login(self) -> None:
        raise AssertionError("Nobody logs in here.")

    @hookimpl
    def mp_refresh_tokens(self) -> OAuthTokens:
        self.refreshes += 1
        return self.renew()


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


PLUGINS = fake_providers.host_of(**{"pass": Pass(lambda: tokens("new"))})


def session(region: str = "us") -> Session:
    return Session(account=PassAccount(name="me", region=cast(Any, region)), project="42")


def context(home: Path, plugin: Pass, *stored: OAuthTokens, **env: str) -> Context:
    found = Context(
        env={"HOME": str(home), **env}, plugins=fake_providers.host_of(**{"pass": plugin})
    )
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
