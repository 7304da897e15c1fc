"""The audit log that ships: what a session leaves in the file, complete and without a secret."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import AuthenticationError
from mp_core.plugin import AuditEvent, hookimpl
from mp_core.plugin._host.outboxes import outboxes
from mp_core.sandbox import Fault, Sandbox
from mp_core.workspace import Workspace
from tests.support.audit_log import (
    EVENTS,
    ME,
    NOBODY,
    PATIENCE_S,
    host_with,
    line,
    log,
    logged,
    used,
)
from tests.support.fake_providers import Badge, Provider, Ticket
from tests.support.sandbox_accounts import Desk

__all__ = ["log", "logged"]


class Shipped(Provider):
    """The log that ships, announced under a name of the tests."""

    @hookimpl
    def mp_record(self, event: AuditEvent) -> None:
        pytest.importorskip("mp_audit_log").mp_record(event)


@pytest.fixture
def context(logged: Context, desk: Desk) -> Context:
    """Two accounts, and the log that ships, switched on."""
    pytest.importorskip("mp_audit_log")
    providers: dict[str, Any] = {"pass": desk}
    host = host_with({"log": Shipped()}, env={}, badge=Badge(), ticket=Ticket(), **providers)
    return replace(logged, plugins=host)


def events_in(file: Path) -> list[AuditEvent]:
    outboxes.finish(PATIENCE_S)
    records = [json.loads(text) for text in file.read_text().splitlines()]
    return [
        AuditEvent(**{**record, "at": datetime.fromisoformat(record["at"])}) for record in records
    ]


def test_a_session_of_two_accounts_with_a_refresh_a_401_and_an_export_is_in_the_file(
    context: Context, desk: Desk, sandbox: Sandbox, home: Path, tmp_path: Path
) -> None:
    accounts, bridge = Accounts(context, terminal=NOBODY), tmp_path / "bridge.json"
    desk.lifetime = timedelta(seconds=1)  # Less than what counts as fresh.
    began = datetime.now(UTC)
    accounts.login("me")
    desk.lifetime = timedelta(hours=1)
    with Workspace.within(context) as ws:
        ws.events(limit=1)
        ws.use(account="me")  # This needs a fresh token.
        ws.request("GET", "/me", params={"secret": "fake-secret-in-query"})
        sandbox.inject(Fault("unauthorized", times=2))
        with suppress(AuthenticationError):
            ws.events(limit=1)
    accounts.export_bridge(to=bridge, account="me")
    accounts.logout("me")
    file = home / ".mp" / "audit.jsonl"
    events = events_in(file)
    assert [line(event) for event in events] == [
        used("me", "GET", ME, 200),
        "logged_in me",
        used("ci", "GET", EVENTS, 200),
        "refreshed me",
        used("me", "GET", ME, 200),
        used("me", "GET", EVENTS, 401),
        "refreshed me",
        used("me", "GET", EVENTS, 401),
        f"exported me {bridge}",
        "logged_out me",
    ]
    assert {event.owner for event in events[1:]} == {"ada@people.example", None}
    assert all(began <= event.at <= datetime.now(UTC) for event in events)
    assert file.stat().st_mode & 0o777 == 0o600
    robots = [who.secret for who in sandbox.identities if who.secret]
    for secret in ("fake-secret", "fake-refresh", *robots, *desk.issued):
        assert secret not in file.read_text()
