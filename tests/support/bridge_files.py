"""Bridge files as another machine, or a hand, wrote them, and a machine that writes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import SecretStr

from mp_core import _env as variables
from mp_core._bridge.file import BridgeFile
from mp_core._bridge.search import find_bridge
from mp_core._runtime.context import Context
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account, reveal
from mp_core.plugin.hooks import hookimpl
from tests.support import fake_providers
from tests.support.fake_providers import CANARY, Badge, Provider
from tests.support.home_files import configure
from tests.support.rotating_provider import Server, tokens_of

BADGE: dict[str, Any] = {
    "version": 2,
    "account": {
        "type": "badge",
        "name": "team",
        "region": "us",
        "default_project": "3018488",
        "username": "ann",
        "secret": CANARY,
    },
}
TOKENS: dict[str, Any] = {
    "access_token": f"{CANARY}-access",
    "refresh_token": f"{CANARY}-refresh",
    "expires_at": "2038-01-19T03:14:07+00:00",
    "scope": "events",
    "token_type": "Bearer",
    "client_id": "client-of-this-account",
}
PASS: dict[str, Any] = {
    "version": 2,
    "account": {"type": "pass", "name": "me", "region": "eu"},
    "tokens": TOKENS,
    "project": "77",
    "workspace": 3448414,
    "headers": {"X-Team": "growth"},
}


def written(path: Path, content: Any = BADGE, *, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    path.chmod(mode)
    return path


def content_of(context: Context) -> BridgeFile:
    found = find_bridge(context)
    assert found is not None
    return found.content


def refused(context: Context) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        find_bridge(context)
    return caught.value


def now() -> datetime:
    return datetime.now(UTC)


def later() -> datetime:
    return now() + timedelta(hours=1)


class VisaAccount(Account):
    """An account with fields that JSON has no form of its own for."""

    type: Literal["visa"] = "visa"
    seal: SecretStr
    valid_until: date
    stamps: tuple[int, ...] = ()

    def is_long_lived(self) -> bool:
        return False


@dataclass(eq=False)
class Visa(Provider):
    """The provider of visas; what it exports and refuses is up to the test."""

    exported: Any = None
    refused: bool = False

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return VisaAccount

    @hookimpl
    def mp_auth_header(self, account: VisaAccount) -> str:
        return f"Visa {account.seal.get_secret_value()}"

    @hookimpl
    def mp_validate_account(self, stage: str) -> None:
        if self.refused and stage == "bridge":
            raise ConfigError("Visas stay in this country.")

    @hookimpl
    def mp_export_bridge(self) -> Any:
        return self.exported


VISA = VisaAccount(
    name="visa",
    region="in",
    default_project="9",
    seal=SecretStr(CANARY),
    valid_until=date(2038, 1, 19),
)
TABLES: dict[str, Any] = {
    "active": {"account": "team"},
    "accounts": {
        "team": {"type": "badge", "region": "us", "username": "ann", "secret": CANARY},
        "me": {"type": "pass", "region": "us"},
        "visa": reveal(VISA),
    },
    "settings": {"custom_header": {"name": "X-Team", "value": "growth"}},
}


def machine(home: Path, visa: Visa) -> Context:
    """Return a machine with three accounts, of which `me` is logged in."""
    configure(home, **TABLES)
    plugins = fake_providers.host_of(badge=Badge(), visa=visa, **{"pass": Server(clock=now)})
    context = Context(env={"HOME": str(home)}, plugins=plugins)
    context.vault.store(context.config().account("me"), tokens_of("a0", "r0", expires=later()))
    return context


def far_side(context: Context, bridge: Path) -> Context:
    """Another machine of the same plugins, which has nothing but the bridge."""
    home = bridge.parent / "far"
    env = {"HOME": str(home), variables.AUTH_FILE: str(bridge)}
    return Context(env=env, plugins=context.plugins)


def arrived(context: Context, bridge: Path) -> BridgeFile:
    found = find_bridge(far_side(context, bridge))
    assert found is not None
    return found.content
