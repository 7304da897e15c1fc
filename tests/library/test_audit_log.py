"""The audit log: everything that happens with a credential, once, and no secret."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import mp_core as mp
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import AuthenticationError
from mp_core.sandbox import Fault, Sandbox
from mp_core.session import DefaultSession
from mp_core.targets import Targets
from mp_core.workspace import Workspace
from tests.support.audit_log import EVENTS, ME, AuditLog, accounts, line, log, logged, used
from tests.support.sandbox_accounts import TEN, WEB, Desk

__all__ = ["accounts", "log", "logged"]


def test_a_session_of_two_accounts_with_a_refresh_a_401_and_an_export_is_told_completely(
    accounts: Accounts,
    logged: Context,
    log: AuditLog,
    sandbox: Sandbox,
    tmp_path: Path,
    desk: Desk,
) -> None:
    desk.lifetime = timedelta(seconds=1)  # Less than what counts as fresh.
    began = datetime.now(UTC)
    accounts.login("me")
    desk.lifetime = timedelta(hours=1)
    with Workspace.within(logged) as ws:
        ws.events(limit=1)
        ws.use(account="me")  # This needs a fresh token.
        ws.request("GET", "/me", params={"secret": "fake-secret-in-query"})
        sandbox.expire_tokens()
        ws.events(limit=1)
        sandbox.inject(Fault("unauthorized", times=2))
        with suppress(AuthenticationError):
            ws.events(limit=1)
    bridge = tmp_path / "bridge.json"
    accounts.export_bridge(to=bridge, account="me")
    accounts.logout("me")
    assert log.lines == [
        used("me", "GET", ME, 200),
        "logged_in me",
        used("ci", "GET", EVENTS, 200),
        "refreshed me",
        used("me", "GET", ME, 200),
        used("me", "GET", EVENTS, 401),
        "refreshed me",
        used("me", "GET", EVENTS, 200),
        used("me", "GET", EVENTS, 401),
        "refreshed me",
        used("me", "GET", EVENTS, 401),
        f"exported me {bridge}",
        "logged_out me",
    ]
    assert desk.refreshes == 3
    for event in log.events:
        assert began <= event.at <= datetime.now(UTC)
        assert event.at.utcoffset() == timedelta(0)
        assert event.region == "us"
        assert event.type == {"ci": "badge", "me": "pass"}[event.account]
    owners = [(event.account, event.owner) for event in log.events[1:]]
    assert set(owners) == {("me", "ada@people.example"), ("ci", None)}
    written = "\n".join(json.dumps(event.as_json()) + repr(event) for event in log.events)
    robots = [who.secret for who in sandbox.identities if who.secret]
    assert len(desk.issued) == 4
    for secret in ("fake-secret", "fake-refresh", *robots, *desk.issued):
        assert secret not in written


def changed(log: AuditLog) -> list[str]:
    return [text for text in log.lines if not text.startswith("credential_used")]


def test_every_change_of_an_account_is_told_once_whoever_makes_it(
    accounts: Accounts, logged: Context, log: AuditLog, desk: Desk
) -> None:
    robot = desk.sandbox.identities[0]
    fields: dict[str, Any] = {"username": robot.username, "secret": robot.secret}
    accounts.add("new", type="badge", region="us", default_project=WEB, **fields)
    accounts.update("new", lanyard="red")
    accounts.update("new", default_project=TEN)
    accounts.update("new", default_project=TEN)  # It is that already.
    accounts.use("new")
    accounts.use("new")
    accounts.rename("new", "newer")
    DefaultSession(logged).use(account="ci", project=TEN)
    Targets(logged).add("t", account="me", project=TEN)
    Targets(logged).use("t")
    with Workspace.within(logged) as ws:
        ws.use(account="ci", project=WEB, persist=True)
    accounts.remove("newer")
    assert changed(log) == [
        f"account_changed {text}"
        for text in (
            "new added",
            "new updated",
            "new default_project",
            "new activated",
            "newer renamed new newer",
            "ci default_project",
            "ci activated",
            "me default_project",
            "me activated",
            "ci default_project",
            "ci activated",
            "newer removed",
        )
    ]


def test_a_change_tells_whose_the_account_is_also_when_it_goes(
    accounts: Accounts, log: AuditLog
) -> None:
    accounts.login("me")
    accounts.rename("me", "ada")
    accounts.remove("ada")
    owners = {line(event): event.owner for event in log.events}
    assert owners["account_changed ada renamed me ada"] == "ada@people.example"
    assert owners["account_changed ada removed"] == "ada@people.example"


def test_an_account_whose_provider_is_missing_is_told_to_be_removed(
    accounts: Accounts, logged: Context, log: AuditLog, home: Path
) -> None:
    config = home / ".mp" / "config.toml"
    config.write_text(config.read_text().replace('"badge"', '"gone"'))
    accounts.remove("ci")
    assert log.lines == ["account_changed ci removed"]
    assert [(event.type, event.region) for event in log.events] == [("gone", "us")]


def test_to_look_at_an_account_is_no_use_of_it(
    accounts: Accounts, logged: Context, log: AuditLog
) -> None:
    accounts.login("me")
    log.clear()
    accounts.list()
    accounts.show("me")
    accounts.show()
    accounts.token("me")
    with Workspace.within(logged) as ws:
        ws.explain()
    assert log.lines == []


def test_a_logout_of_nobody_is_none(accounts: Accounts, log: AuditLog) -> None:
    accounts.logout("me")
    assert log.lines == []


def test_what_changes_nothing_is_not_told(accounts: Accounts, log: AuditLog) -> None:
    with pytest.raises(mp.AccountExistsError):
        accounts.add("ci", type="badge", region="us", default_project="1", username="a", secret="b")
    with pytest.raises(mp.AccountNotFoundError):
        accounts.remove("nobody")
    assert log.lines == []
