"""`Workspace.use`: one line, all or nothing, and nobody acts on another's data."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import mp_core as mp
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.sandbox import Sandbox
from mp_core.workspace import Workspace
from tests.support.home_files import configure
from tests.support.sandbox_accounts import (
    APP,
    FOX,
    NINE,
    TEN,
    WEB,
    Opened,
    as_identity,
    badge_of,
    triple,
)


def test_every_switch_returns_the_workspace_and_keeps_the_client(ws: Workspace) -> None:
    client = ws.http
    switches: list[dict[str, Any]] = [
        {"project": TEN},
        {"workspace": 102},
        {"account": "ada"},
        {"target": "ten"},
        {"account": "ci", "project": APP, "workspace": 3448420},
        {},
    ]
    for switch in switches:
        assert ws.use(**switch) is ws
        assert ws.http is client
        ws.events(limit=1)
        assert ws.http is client


def test_no_switch_sends_a_request(ws: Workspace, sandbox: Sandbox) -> None:
    ws.use(project=TEN).use(workspace=102).use(account="ada").use(target="shop").use()
    assert sandbox.requests == []


def test_a_project_is_a_number_or_its_digits(ws: Workspace) -> None:
    assert ws.use(project=10).project == mp.Project(id="10")


def test_h10_a_project_drops_the_pin_unless_one_is_given(ws: Workspace) -> None:
    assert triple(ws.use(project=TEN)) == ("ci", TEN, None)
    assert triple(ws.use(project=APP, workspace=3448420)) == ("ci", APP, 3448420)
    assert triple(ws.use(workspace=3448421)) == ("ci", APP, 3448421)


def test_a_loop_over_projects_works_under_a_project_variable(
    ws: Workspace, sandbox: Sandbox, env: dict[str, str]
) -> None:
    env |= {"MP_PROJECT_ID": "12345", "MP_WORKSPACE_ID": "oops"}
    for project in (WEB, APP, TEN):
        ws.use(project=project).events(limit=1)
    ws.use(workspace=101)
    assert [r.query["project_id"] for r in sandbox.requests] == [WEB, APP, TEN]


def test_an_account_brings_its_project_and_no_pin(ws: Workspace) -> None:
    assert triple(ws.use(account="ada")) == ("ada", FOX, None)
    assert triple(ws.use(account="ci", workspace=3448415)) == ("ci", WEB, 3448415)


def test_an_account_takes_project_and_workspace_of_the_environment_first(
    ws: Workspace, env: dict[str, str]
) -> None:
    env["MP_WORKSPACE_ID"] = "771"
    assert triple(ws.use(account="ada")) == ("ada", FOX, 771)
    assert triple(ws.use(account="ci", workspace=5)) == ("ci", WEB, 5)
    env["MP_PROJECT_ID"] = NINE
    with pytest.warns(mp.CredentialWarning, match=f"use\\(\\) project={FOX}"):
        ws.use(account="ada", project=FOX)
    assert triple(ws) == ("ada", NINE, 771)


def test_an_explicit_account_is_not_overridden_by_an_identity_in_the_environment(
    config: Path, opened: Opened, sandbox: Sandbox, env: dict[str, str]
) -> None:
    as_identity(env, sandbox.identities[1], WEB)
    ws = opened()
    assert ws.account.name == "env"
    ws.use(account="ci").events(limit=1)
    assert sandbox.requests[-1].identity_name == "ci"


def test_a_target_takes_the_environment_into_account(
    ws: Workspace, sandbox: Sandbox, env: dict[str, str]
) -> None:
    assert triple(ws.use(target="shop")) == ("ada", WEB, 3448414)
    env["MP_PROJECT_ID"] = TEN
    with pytest.warns(mp.CredentialWarning, match="shop"):
        ws.use(target="shop")
    assert triple(ws) == ("ada", TEN, None)
    as_identity(env, sandbox.identities[2], APP)
    with pytest.warns(mp.CredentialWarning) as caught:
        ws.use(target="ten")
    assert [str(warning.message).split()[1] for warning in caught] == ["account", "project"]
    assert triple(ws) == ("env", APP, None)


@pytest.mark.parametrize(
    ("switch", "error"),
    [
        ({"account": "lost", "project": TEN, "workspace": 1}, mp.OAuthError),
        ({"target": "gone"}, mp.OAuthError),
        ({"account": "bare", "workspace": 4}, mp.ConfigError),
        ({"account": "nobody", "project": TEN}, mp.AccountNotFoundError),
        ({"target": "nowhere"}, mp.TargetNotFoundError),
        ({"project": "x"}, mp.ConfigError),
        ({"project": TEN, "workspace": 0}, mp.ConfigError),
        ({"target": "shop", "project": TEN}, ValueError),
        ({"account": "lost", "persist": True}, mp.OAuthError),
    ],
)
def test_h19_a_switch_that_fails_leaves_the_old_session_whole(
    ws: Workspace,
    config: Path,
    sandbox: Sandbox,
    switch: dict[str, Any],
    error: type[Exception],
) -> None:
    session, record, file = ws.session, ws.explain(), config.read_bytes()
    with pytest.raises(error):
        ws.use(**switch)
    assert ws.session is session
    assert ws.explain() is record
    assert config.read_bytes() == file
    ws.events(limit=1)
    (seen,) = sandbox.requests
    assert (seen.identity_name, seen.query["project_id"]) == ("ci", WEB)
    assert seen.query["workspace_id"] == "3448413"


def test_an_account_without_a_project_names_itself_and_the_ways_out(ws: Workspace) -> None:
    with pytest.raises(mp.ConfigError, match="'bare'") as caught:
        ws.use(account="bare")
    assert "mp account update bare --default-project" in str(caught.value.hint)
    assert triple(ws.use(account="bare", project=APP)) == ("bare", APP, None)


def test_unknown_names_are_both_kinds_of_error_and_list_what_there_is(ws: Workspace) -> None:
    with pytest.raises(mp.AccountNotFoundError, match="ada, bare, ci, lost") as account:
        ws.use(account="x")
    with pytest.raises(mp.TargetNotFoundError, match="gone, shop, ten") as target:
        ws.use(target="x")
    for caught in (account, target):
        assert isinstance(caught.value, mp.ConfigError)
        assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "switch", [{}, {"project": WEB}, {"account": "ci"}, {"account": "ci", "project": WEB}]
)
def test_a_switch_to_where_one_is_keeps_pin_and_caches(
    ws: Workspace, sandbox: Sandbox, switch: dict[str, Any]
) -> None:
    ws.me()
    ws.workspaces()
    session = ws.session
    ws.use(**switch)
    ws.me()
    ws.workspaces()
    assert ws.session is session
    assert len(sandbox.requests) == 2


def test_a_switch_to_where_one_is_keeps_the_pin_after_the_project_became_the_default(
    ws: Workspace, context: Context
) -> None:
    ws.use(project=TEN, workspace=102)
    Accounts(context).update("ci", default_project=TEN)
    assert triple(ws.use(account="ci")) == ("ci", TEN, 102)


def test_h15_a_switch_to_where_one_is_takes_a_changed_credential(
    ws: Workspace, context: Context, sandbox: Sandbox
) -> None:
    secret = sandbox.rotate_secret(sandbox.identities[0]).secret
    Accounts(context).update("ci", secret=secret)
    ws.use(account="ci").events(limit=1)
    assert sandbox.requests[-1].status == 200


def test_a_snapshot_is_not_changed_by_a_switch(ws: Workspace) -> None:
    snapshot = ws.session
    ws.use(target="shop")
    assert (snapshot.account.name, snapshot.project_id) == ("ci", WEB)


def test_h07_no_request_pairs_one_accounts_header_with_anothers_project(
    home: Path, opened: Opened, sandbox: Sandbox
) -> None:
    ci, ada, _ = sandbox.identities
    accounts = {"ci": badge_of(ci, APP), "ada": badge_of(ada, FOX)}
    configure(home, active={"account": "ci"}, accounts=accounts)
    own = {"ci": (APP, "3448421"), "ada": (FOX, "771")}
    ws, done = opened(), threading.Event()

    def switch() -> None:
        for account in itertools.cycle(("ada", "ci")):
            if done.is_set():
                return
            ws.use(account=account)

    def call() -> None:
        for _ in range(20):
            ws.events(limit=1)
            ws.request("GET", "/workspaces/{workspace_id}/dashboards")
            ws.request("GET", "/projects/{project_id}/annotations")
            ws.workspaces(refresh=True)

    with ThreadPoolExecutor(4) as pool:
        switching = pool.submit(switch)
        try:
            for future in [pool.submit(call) for _ in range(3)]:
                future.result(60)
        finally:
            done.set()
        switching.result(60)
    assert {seen.status for seen in sandbox.requests} == {200}
    assert {seen.identity_name for seen in sandbox.requests} == {"ci", "ada"}
    for seen in sandbox.requests:
        project, workspace = own[str(seen.identity_name)]
        scope = seen.query.get("project_id") or seen.path.split("/")[4]
        assert scope in (project, workspace), seen
