"""Policies: asked about every session that is made, before anything is sent, and heard."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

import mp_core as mp
from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import APIError, ConfigError, MpError, OAuthError, ProviderFailedError
from mp_core.sandbox import Sandbox
from mp_core.session import DefaultSession
from mp_core.targets import Targets
from mp_core.workspace import Workspace
from tests.support.audit_log import ME, AuditLog, host_with, log
from tests.support.fake_providers import Badge, Ticket, badge, ticket
from tests.support.home_files import configure
from tests.support.policy import Policy
from tests.support.sandbox_accounts import FOX, TEN, WEB, Desk, badge_of

__all__ = ["log"]


@pytest.fixture
def policy() -> Policy:
    return Policy()


@pytest.fixture
def guarded(env: dict[str, str], home: Path, desk: Desk, log: AuditLog, policy: Policy) -> Context:
    """Surroundings with two accounts, a target, an audit log and the policy."""
    ci, ada, _ = desk.sandbox.identities
    configure(
        home,
        active={"account": "ci"},
        accounts={"ci": badge_of(ci, WEB), "ada": badge_of(ada, FOX)},
        targets={"shop": {"account": "ada", "project": WEB}},
        settings={"extensions": ["log", "policy"]},
    )
    extensions: dict[str, object] = {"log": log, "policy": policy}
    providers: dict[str, Any] = {"badge": Badge(), "ticket": Ticket(), "pass": desk}
    return Context(env=env, plugins=host_with(extensions, **providers))


def asked_by(policy: Policy, work: Callable[[], object]) -> list[tuple[str, str]]:
    """What a policy is asked meanwhile, each question once."""
    policy.asked.clear()
    work()
    return list(dict.fromkeys(policy.asked))


def test_it_is_asked_about_every_session_that_is_made_though_the_account_is_known(
    guarded: Context, policy: Policy
) -> None:
    with Workspace.within(guarded) as ws:
        session = ws.session
        made = session.replace(account=badge("code"))
        ways: list[tuple[str, Callable[[], object]]] = [
            ("ci", lambda: Workspace.within(guarded)),
            ("ci", lambda: Workspace.within(guarded, session=session)),
            ("ci", lambda: ws.use(project=TEN)),
            ("ci", lambda: ws.use(workspace=7)),
            ("ada", lambda: ws.use(account="ada")),
            ("ci", lambda: ws.use(account="ci")),
            ("ada", lambda: ws.use(target="shop")),
            ("ci", lambda: mp.SessionAuth(session, context=guarded).header()),
            ("code", lambda: mp.SessionAuth(made, context=guarded).header()),
            ("code", lambda: Workspace.within(guarded, session=made)),
            ("ci", lambda: Accounts(guarded).token("ci")),
            ("ci", lambda: Accounts(guarded).token()),
            ("ci", lambda: Accounts(guarded).test("ci")),
        ]
        for name, way in ways:
            assert (name, "load") in asked_by(policy, way)


def test_an_account_of_the_environment_and_of_a_bridge_has_its_own_stage(
    guarded: Context, policy: Policy, env: dict[str, str], home: Path, desk: Desk
) -> None:
    accounts, bridge = Accounts(guarded), home / "bridge.json"
    asked = asked_by(policy, lambda: accounts.export_bridge(to=bridge, account="ada"))
    assert asked == [("ada", "load"), ("ada", "bridge")]
    env["MP_AUTH_FILE"] = str(bridge)
    assert asked_by(policy, lambda: Workspace.within(guarded))[0] == ("ada", "bridge")
    robot = desk.sandbox.identities[0]
    env |= {"MP_USERNAME": robot.username or "", "MP_SECRET": robot.secret or ""}
    env |= {"MP_PROJECT_ID": WEB, "MP_REGION": "us"}
    stages = {stage for _, stage in asked_by(policy, lambda: Workspace.within(guarded))}
    assert stages == {"env", "bridge"}


def test_it_is_asked_what_is_added_or_changed(guarded: Context, policy: Policy, desk: Desk) -> None:
    accounts, fields = Accounts(guarded), cast(Any, badge_of(desk.sandbox.identities[0], WEB))
    add = asked_by(policy, lambda: accounts.add("new", **fields))
    assert add[0] == ("new", "add")
    assert ("new", "update") in asked_by(policy, lambda: accounts.update("new", lanyard="red"))
    assert ("newer", "update") in asked_by(policy, lambda: accounts.rename("new", "newer"))


REFUSED = "ada is not one of ours."
CODE = ticket(name="code")


def test_h96_what_it_refuses_sends_nothing_whichever_way_it_takes(
    guarded: Context, policy: Policy, sandbox: Sandbox
) -> None:
    with Workspace.within(guarded, session=None) as ws:
        ada = ws.use(account="ada").session
        ws.use(account="ci")
        policy.refused = {"ada", "code"}
        made = ada.replace(account=badge("code"))
        ways: list[Callable[[], object]] = [
            lambda: ws.use(account="ada"),
            lambda: ws.use(target="shop"),
            lambda: Workspace.within(guarded, session=ada),
            lambda: Workspace.within(guarded, session=made),
            lambda: mp.SessionAuth(ada, context=guarded).header(),
            lambda: sent(mp.SessionAuth(made, context=guarded), sandbox),
            lambda: OnDiskTokenResolver(context=guarded).get_token(made.account),
            lambda: OnDiskTokenResolver(context=guarded, account=CODE).get_token(CODE),
            lambda: OnDiskTokenResolver(context=guarded, account=CODE).get_static_token(CODE),
            lambda: Accounts(guarded).token("ada"),
            lambda: Accounts(guarded).login("ada"),
            lambda: Accounts(guarded).use("ada"),
            lambda: Accounts(guarded).export_bridge(to="~/b.json", account="ada"),
            lambda: DefaultSession(guarded).use(account="ada"),
            lambda: Targets(guarded).use("shop"),
        ]
        for way in ways:
            with pytest.raises(ConfigError, match="is not one of ours"):
                way()
        assert ws.account.name == "ci"
        ws.use(project=TEN)
    result = Accounts(guarded).test("ada")
    assert (result.ok, REFUSED in (result.error or "")) == (False, True)
    assert sandbox.requests == []


def test_h96_no_token_is_handed_out_of_a_login_that_the_configuration_has_lost(
    guarded: Context, policy: Policy, home: Path
) -> None:
    accounts = Accounts(guarded)
    accounts.add("person", type="pass", region="us")
    accounts.login("person")
    resolver = OnDiskTokenResolver(context=guarded)
    configure(home, settings={"extensions": ["log", "policy"]})
    assert resolver.get_browser_token("person", "us")
    policy.refused = {"person"}
    with pytest.raises(MpError, match="person is not one of ours"):
        resolver.get_browser_token("person", "us")


def sent(auth: httpx.Auth, sandbox: Sandbox) -> httpx.Response:
    with httpx.Client(auth=auth) as client:
        return client.get(f"{sandbox.url}{ME}")


def test_a_refusal_is_told_once_for_each_call_and_to_look_is_none(
    guarded: Context, policy: Policy, log: AuditLog
) -> None:
    policy.refused = {"ada"}
    accounts = Accounts(guarded)
    accounts.list()
    accounts.show("ada")
    with pytest.raises(ConfigError):
        Workspace.within(guarded).use(account="ada")
    assert log.lines == [f"vetoed ada policy {REFUSED} load"]
    with pytest.raises(ConfigError):
        accounts.update("ada", lanyard="red")
    with pytest.raises(ConfigError):
        accounts.use("ada")
    assert not accounts.test("ada").ok
    stages = [event.details["stage"] for event in log.events]
    assert stages == ["load", "update", "load", "load"]
    assert {event.details["by"] for event in log.events} == {"policy"}


def test_why_holds_no_secret_of_the_account(
    guarded: Context, policy: Policy, log: AuditLog, desk: Desk
) -> None:
    secret = desk.sandbox.identities[1].secret or ""
    policy.refused, policy.error = {"ada"}, ConfigError(f"weak: {secret}")
    with pytest.raises(ConfigError):
        Workspace.within(guarded).use(account="ada")
    assert [event.details["why"] for event in log.events] == ["weak: ***"]


def test_a_refused_account_is_listed_with_the_reason_and_can_be_removed(
    guarded: Context, policy: Policy, log: AuditLog
) -> None:
    policy.refused = {"ada"}
    accounts = Accounts(guarded)
    [ada, _] = accounts.list()
    assert (ada.status, REFUSED in (ada.reason or "")) == ("invalid", True)
    accounts.remove("ada", force=True)
    assert log.lines == ["account_changed ada removed"]


@pytest.mark.parametrize(
    "error", [RuntimeError("on fire"), OAuthError("no"), APIError("no", status_code=500)]
)
def test_h96_whatever_else_it_raises_closes_the_door_and_is_no_veto(
    guarded: Context, policy: Policy, log: AuditLog, sandbox: Sandbox, error: Exception
) -> None:
    policy.refused, policy.error = {"ada"}, error
    with pytest.raises(ProviderFailedError, match="policy"):
        Workspace.within(guarded).use(account="ada")
    with pytest.raises(ProviderFailedError, match="policy"):
        mp.SessionAuth(session_of(guarded, "ada"), context=guarded).header()
    assert [summary.name for summary in Accounts(guarded).list()] == ["ada", "ci"]
    assert (log.lines, sandbox.requests) == ([], [])


def session_of(context: Context, name: str) -> mp.Session:
    """A session of a configured account that nobody has asked about."""
    block = context.config().block(name)
    return mp.Session(account=badge(name, **{**block, "type": "badge"}), project="1")


def test_an_unpickled_session_is_asked_about(
    guarded: Context, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Workspace.within(guarded) as ws:
        thawed = pickle.loads(pickle.dumps(ws.session))
    policy.refused = {"ci"}
    with pytest.raises(ConfigError, match="ci is not one of ours"):
        Workspace.within(replace(guarded), session=thawed)
