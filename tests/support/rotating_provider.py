"""A provider whose refresh tokens rotate, all in this process, and vaults that use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from mp_core._tokens.vault import TokenVault
from mp_core.errors import OAuthError
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.tokens import REFRESH_REVOKED, OAuthTokens
from tests.support import fake_providers
from tests.support.fake_providers import PassAccount, Passes, Ticket

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


@dataclass(eq=False)
class Server(Passes):
    """A provider with its server: refresh tokens rotate, and a spent one ends the login."""

    serial: int = 0
    clock: Callable[[], datetime] = lambda: NOW
    requests: list[str] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    during: Callable[[], None] = lambda: None
    revoked: bool = True
    keeps_refresh_token: bool = False

    @hookimpl
    def mp_refresh_tokens(self, tokens: OAuthTokens) -> OAuthTokens:
        assert tokens.refresh_token is not None
        spent = tokens.refresh_token.get_secret_value()
        self.requests.append(spent)
        self.during()
        if self.failures:
            raise self.failures.pop(0)
        if spent != f"r{self.serial}":
            self.serial = -1
            raise gone()
        self.serial += not self.keeps_refresh_token
        following = None if self.keeps_refresh_token else f"r{self.serial}"
        return tokens_of(
            f"a{len(self.requests)}",
            following,
            expires=self.clock() + timedelta(hours=1),
            client_id=None,
            login_id=None,
        )

    @hookimpl
    def mp_revoke_tokens(self, tokens: OAuthTokens) -> bool:
        if self.failures:
            raise self.failures.pop(0)
        return self.revoked


@dataclass(eq=False)
class Keyring(Server):
    """The same with a store of its own, which several processes share."""

    kept: dict[str, OAuthTokens] = field(default_factory=dict)

    @hookimpl
    def mp_load_tokens(self, account: Account) -> OAuthTokens | None:
        return self.kept.get(account.name)

    @hookimpl
    def mp_persist_tokens(self, account: Account, tokens: OAuthTokens) -> str:
        self.kept[account.name] = tokens
        return "the keyring"

    @hookimpl
    def mp_delete_tokens(self, account: Account) -> bool:
        return self.kept.pop(account.name, None) is not None


PASS = PassAccount(name="me", region="us")


def gone() -> OAuthError:
    return OAuthError("The login is gone.", code=REFRESH_REVOKED)


def tokens_of(
    access: str,
    refresh: str | None,
    *,
    expires: datetime = NOW + timedelta(hours=1),
    client_id: str | None = "client",
    login_id: str | None = "login",
) -> OAuthTokens:
    return OAuthTokens(
        access_token=SecretStr(access),
        refresh_token=None if refresh is None else SecretStr(refresh),
        expires_at=expires,
        scope="events",
        client_id=client_id,
        login_id=login_id,
    )


FRESH = tokens_of("a0", "r0")
STALE = tokens_of("a0", "r0", expires=NOW - timedelta(seconds=1))


def host_of(plugin: Server) -> Host:
    return fake_providers.host_of(ticket=Ticket(), **{"pass": plugin})


def no_http(account: Account) -> httpx.Client:
    """A client that no refresh of these providers uses."""
    refuse = httpx.MockTransport(lambda request: httpx.Response(500))
    return httpx.Client(transport=refuse)


def process(
    root: Path | None,
    plugin: Server,
    *,
    clock: Callable[[], datetime] = lambda: NOW,
    patience_s: float = 10,
) -> TokenVault:
    """Return a vault as a process of its own would have it."""

    return TokenVault(root, host_of(plugin), http=no_http, clock=clock, patience_s=patience_s)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def vault(tmp_path: Path, server: Server) -> TokenVault:
    return process(tmp_path, server)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The token file of the pass."""
    return tmp_path / "accounts" / "me" / "tokens.json"


def rewrite(path: Path, tokens: OAuthTokens) -> None:
    """Let another process replace a token file."""
    record = {**json.loads(path.read_text()), **tokens.reveal()}
    path.unlink()
    path.write_text(json.dumps(record))
    path.chmod(0o600)
