"""A provider that signs each request, with plugins beside it, and what its server sees."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import httpx
import pytest
from pydantic import SecretStr

from mp_core._api.auth import SessionAuth
from mp_core._runtime.context import Context
from mp_core._values.session import Session
from mp_core.plugin._host.discovery import Installed
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS, hookimpl
from mp_core.plugin.outgoing import OutgoingRequest
from tests.support.fake_providers import Provider

URL = "https://mixpanel.com/api/app/me"
KEY = "fake-key-of-a-seal"


class SealAccount(Account):
    """An account of a key that signs requests."""

    type: Literal["seal"] = "seal"
    key: SecretStr = SecretStr(KEY)
    gateway: str | None = None

    def is_long_lived(self) -> bool:
        return True


class Unsigned(Provider):
    """The provider of seals without what proves them."""

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return SealAccount

    @hookimpl
    def mp_endpoint(self, account: SealAccount) -> str | None:
        return account.gateway


@dataclass(eq=False)
class Seal(Unsigned):
    """Signs method, address and body, with a number that no other signature has.

    Attributes:
        more: What else its proof consists of.
        seen: The requests that it was asked about.
    """

    more: Mapping[Any, Any] = field(default_factory=dict)
    seen: list[OutgoingRequest] = field(default_factory=list)
    MP_NEEDS_BODY: bool = False

    @hookimpl
    def mp_authenticate(self, account: SealAccount, request: OutgoingRequest) -> Mapping[str, str]:
        self.seen.append(request)
        number = str(len(self.seen))
        return {
            "X-Number": number,
            "Authorization": f"Seal {signature(account.key, request, number)}",
            **self.more,
        }


def signature(key: SecretStr, request: OutgoingRequest | httpx.Request, number: str) -> str:
    text = f"{request.method} {request.url} {number} ".encode() + (request.content or b"")
    return hmac.new(key.get_secret_value().encode(), text, "sha256").hexdigest()


def host_with(provider: object, **extensions: object) -> Host:
    """Return a host with the provider of seals, and extensions that are on."""

    def announced(name: str, group: str, plugin: object) -> tuple[Installed, ...]:
        point = _Point(plugin)
        return (Installed(name, group, f"mp-{name}", "1.0", cast(Any, point)),)

    found = {(PROVIDERS, "seal"): announced("seal", PROVIDERS, provider)}
    found |= {(EXTENSIONS, k): announced(k, EXTENSIONS, v) for k, v in extensions.items()}
    return Host({}, scan=lambda: found).with_extensions(extensions)


@dataclass(frozen=True)
class _Point:
    plugin: object
    value = "tests.support.signing_provider"

    def load(self) -> object:
        return self.plugin


def session(headers: Mapping[str, str] | None = None, **fields: Any) -> Session:
    account = SealAccount(**{"name": "me", "region": "us", **fields})
    return Session(account=account, project="42", headers=headers or {})


def auth(host: Host, of: Session | None = None, **options: Any) -> SessionAuth:
    around = Context(env={}, plugins=host)
    of = of or session()
    served = of.replace(account=of.account.served_by(host.plugins))
    return SessionAuth(served, context=around, **options)


@dataclass
class Server:
    """Answers with one status after the other, the last one forever, and keeps what arrived."""

    statuses: tuple[int, ...] = (200,)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return self._answered(request)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return self._answered(request)

    def _answered(self, request: httpx.Request) -> httpx.Response:
        copy = httpx.Request(
            request.method, request.url, headers=request.headers.raw, content=request.content
        )
        self.requests.append(copy)
        return httpx.Response(self.statuses[min(len(self.requests), len(self.statuses)) - 1])


Send = Callable[..., httpx.Response]


def sent(server: Server, auth: SessionAuth, method: str = "GET", **request: Any) -> httpx.Response:
    """Send a request with a client of `httpx`."""
    url = request.pop("url", URL)
    with httpx.Client(transport=httpx.MockTransport(server), auth=auth) as client:
        return client.request(method, url, **request)


def sent_async(
    server: Server, auth: SessionAuth, method: str = "GET", **request: Any
) -> httpx.Response:
    """Do the same with an asynchronous one."""
    url = request.pop("url", URL)

    async def send() -> httpx.Response:
        transport = httpx.MockTransport(server.answer)
        async with httpx.AsyncClient(transport=transport, auth=auth) as client:
            return await client.request(method, url, **request)

    return asyncio.run(send())


BOTH = pytest.mark.parametrize("send", [sent, sent_async], ids=["sync", "async"])
