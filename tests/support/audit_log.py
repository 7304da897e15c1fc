"""An audit log in memory, switched on beside the account types that exist in tests only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from mp_core._login.terminal import Terminal
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.plugin import AuditEvent, hookimpl
from mp_core.plugin._host.discovery import Installed
from mp_core.plugin._host.host import Host
from mp_core.plugin._host.outboxes import outboxes
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS
from tests.support.fake_providers import Badge, Provider, Ticket
from tests.support.home_files import configure
from tests.support.sandbox_accounts import FOX, WEB, Desk, badge_of

PATIENCE_S = 60
ME = "/api/app/me"
EVENTS = "/api/query/events/names"
NOBODY = Terminal(say=lambda text: None, ask=None, browse=lambda url: False)


@dataclass(eq=False)
class AuditLog(Provider):
    """The extension; it keeps what it is told, unless it fails.

    Attributes:
        failure: What it raises instead.
        fails_on: The kind of event that it fails on.
    """

    failure: Exception | None = None
    fails_on: str = ""
    _events: list[AuditEvent] = field(default_factory=list)

    @hookimpl
    def mp_record(self, event: AuditEvent) -> None:
        if self.failure is not None:
            raise self.failure
        if event.kind == self.fails_on:
            raise OSError("the disk is full")
        self._events.append(event)

    @property
    def events(self) -> list[AuditEvent]:
        """All that it was told so far."""
        outboxes.finish(PATIENCE_S)
        return self._events

    @property
    def lines(self) -> list[str]:
        """The same, each event as its kind, its account and its details."""
        return [line(event) for event in self.events]

    def clear(self) -> None:
        self.events.clear()


def used(account: str, method: str, path: str, status: object) -> str:
    """The line of one attempt to send a request."""
    return f"credential_used {account} {method} {path} {status}"


def line(event: AuditEvent) -> str:
    """An event as its kind, its account and its details."""
    said = [str(value) for key, value in event.details.items() if key != "host"]
    return " ".join([event.kind, event.account, *said])


def host_with(
    extensions: dict[str, object], *, env: dict[str, str] | None = None, **providers: object
) -> Host:
    """A host of these plugins, by name and by type; the extensions are on where settings say so."""
    plugins = {(PROVIDERS, type_): each for type_, each in providers.items()}
    plugins |= {(EXTENSIONS, name): each for name, each in extensions.items()}
    found = {
        key: (Installed(key[1], key[0], f"mp-{key[1]}", "1.0", cast(Any, each)),)
        for key, each in plugins.items()
    }
    return Host(env or {}, scan=lambda: found)


@pytest.fixture
def log() -> AuditLog:
    """The audit log."""
    return AuditLog()


@pytest.fixture
def logged(env: dict[str, str], home: Path, desk: Desk, log: AuditLog) -> Context:
    """Surroundings with two accounts, ci of a robot and me of ada, and the log, which is on."""
    ci = badge_of(desk.sandbox.identities[0], WEB)
    me = {"type": "pass", "region": "us", "default_project": FOX}
    configure(
        home,
        active={"account": "ci"},
        accounts={"ci": ci, "me": me},
        settings={"extensions": ["log"]},
    )
    return Context(env=env, plugins=_host(desk, log))


@pytest.fixture
def accounts(logged: Context) -> Accounts:
    """Its accounts, at a terminal where nobody is."""
    return Accounts(logged, terminal=NOBODY)


def _host(desk: Desk, log: AuditLog, **env: str) -> Host:
    return host_with({"log": log}, env=env, badge=Badge(), ticket=Ticket(), **{"pass": desk})


def requiring(context: Context, desk: Desk, log: AuditLog) -> Context:
    """The same surroundings, where nothing goes without the log."""
    return replace(context, plugins=_host(desk, log, MP_REQUIRE_EXTENSIONS="log"))
