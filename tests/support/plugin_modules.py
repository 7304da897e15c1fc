"""Plugins made of functions, and hosts that hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any, cast

from pydantic import SecretStr

from mp_core.plugin._host.discovery import Installed
from mp_core.plugin._host.host import Host
from mp_core.plugin._host.loading import Announced
from mp_core.plugin.account import NO_RESOLVER, Account
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS, hookimpl
from mp_core.plugin.tokens import OAuthTokens
from tests.support.fake_providers import CardAccount, TicketAccount, ticket

CANARY = 'canary "42"  \\ secret'


CARD = CardAccount(name="team", region="eu", number=SecretStr(CANARY))
TICKET = ticket("another", name="door")
TOKENS = OAuthTokens(
    access_token=SecretStr("canary-access"),
    refresh_token=SecretStr("canary-refresh"),
    expires_at=datetime.now(UTC) + timedelta(hours=1),
)


class Point:
    """An entry point that yields an object, or raises, and counts how often it is loaded."""

    value = "tests.support.plugin_modules:plugin"

    def __init__(self, plugin: object) -> None:
        self.plugin = plugin
        self.loads = 0

    def load(self) -> object:
        self.loads += 1
        if isinstance(self.plugin, BaseException):
            raise self.plugin
        return self.plugin


def plugin(**hooks: Callable[..., Any]) -> ModuleType:
    """A module with these hook implementations."""
    module = ModuleType("a_plugin")
    for name, function in hooks.items():
        setattr(module, name, hookimpl(function))
    return module


def provider(model: type[Account], **hooks: Callable[..., Any]) -> ModuleType:
    """A provider that works, as far as these hooks do."""
    usual: dict[str, Callable[..., Any]] = {
        "mp_account_model": lambda: model,
        "mp_auth_header": lambda account: f"{account.type} of {account.name}",
    }
    return plugin(**{**usual, **hooks})


def announce(name: str, plugin: object, *, group: str = PROVIDERS) -> Announced:
    installed = Installed(name, group, f"acme-{name}", "1.2", cast(Any, Point(plugin)))
    return {(group, name): (installed,)}


def host_of(
    *announced: Announced, env: Mapping[str, str] | None = None, extensions: list[str] | None = None
) -> Host:
    together = {key: found for one in announced for key, found in one.items()}
    return Host(env or {}, scan=lambda: together).with_extensions(extensions or [])


def cards(**hooks: Callable[..., Any]) -> Announced:
    return announce("card", provider(CardAccount, **hooks))


def tickets(**hooks: Callable[..., Any]) -> Announced:
    return announce("ticket", provider(TicketAccount, **hooks))


def extension(name: str, **hooks: Callable[..., Any]) -> Announced:
    return announce(name, plugin(**hooks), group=EXTENSIONS)


class Slot:
    """A token store in memory."""

    key = "5107"

    def __init__(self) -> None:
        self.tokens: OAuthTokens | None = None

    def load(self) -> OAuthTokens | None:
        return self.tokens

    def save(self, tokens: OAuthTokens) -> str:
        self.tokens = tokens
        return "memory"

    def delete(self) -> bool:
        found, self.tokens = self.tokens is not None, None
        return found


def header(host: Host, account: Account) -> str:
    return host.auth_header(account, NO_RESOLVER)
