"""What a workspace looks up, and to whom the answers belong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import mp_core as mp
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.sandbox import Fault, Sandbox
from mp_core.workspace import Workspace
from tests.support.home_files import configure, tree
from tests.support.sandbox_accounts import (
    APP,
    FOX,
    LONG,
    NINE,
    TEN,
    WEB,
    Desk,
    Opened,
    as_identity,
    badge_of,
)

ME = "/api/app/me"


def asked(sandbox: Sandbox, path: str = ME) -> int:
    return sum(request.path == path for request in sandbox.requests)


@pytest.fixture
def me_file(home: Path) -> Path:
    return home / ".mp/accounts/ci/me.json"


class TestMe:
    def test_me_holds_user_projects_workspaces_and_what_is_not_known(self, ws: Workspace) -> None:
        me = ws.me()
        assert (me.user_id, me.user_email) == (501, "ci@robots.example")
        assert set(me.projects) == {WEB, APP, TEN}
        assert me.organizations["1001"].name == "Acme Analytics"
        assert "3448415" in me.workspaces
        assert me.model_extra == {"sandbox": {"invented": True}}

    def test_me_is_asked_once_and_again_only_to_refresh(
        self, ws: Workspace, opened: Opened, sandbox: Sandbox
    ) -> None:
        ws.me()
        ws.me()
        ws.projects()
        opened().me()
        assert asked(sandbox) == 1
        ws.me(refresh=True)
        ws.projects(refresh=True)
        assert asked(sandbox) == 3

    def test_an_account_keeps_its_answer_across_switches(
        self, ws: Workspace, sandbox: Sandbox
    ) -> None:
        assert ws.me().user_email == "ci@robots.example"
        assert ws.use(account="ada").me().user_email == "ada@people.example"
        assert ws.use(target="ten").me().user_email == "ci@robots.example"
        assert ws.use(project=WEB).me().user_email == "ci@robots.example"
        assert ws.use(account="ada").me().user_email == "ada@people.example"
        assert asked(sandbox) == 2

    def test_h15_another_secret_is_another_answer(
        self, ws: Workspace, opened: Opened, context: Context, sandbox: Sandbox
    ) -> None:
        assert ws.me().user_email == "ci@robots.example"
        ada = sandbox.identities[1]
        Accounts(context).update("ci", username=ada.username, secret=ada.secret, take_over=True)
        assert opened().me().user_email == "ada@people.example"
        assert ws.use(account="ci").me().user_email == "ada@people.example"

    @pytest.mark.parametrize("change", ["secret", "region"])
    def test_h15_a_changed_credential_has_only_the_answer_that_proved_it(
        self,
        ws: Workspace,
        opened: Opened,
        context: Context,
        sandbox: Sandbox,
        me_file: Path,
        change: str,
    ) -> None:
        ws.me()
        new: dict[str, Any] = {"region": "eu"}
        if change == "secret":
            new = {"secret": sandbox.rotate_secret(sandbox.identities[0]).secret}
        Accounts(context).update("ci", **new)
        assert asked(sandbox) == 2
        me_file.unlink()
        assert opened().me().user_id == 501
        assert asked(sandbox) == 3
        me_file.unlink()
        ws.use(account="ci").me()
        assert me_file.exists()

    def test_h15_another_address_asks_again(
        self, ws: Workspace, opened: Opened, sandbox: Sandbox, env: dict[str, str]
    ) -> None:
        ws.me()
        with Sandbox() as other:
            env["MP_API_BASE_URL"] = other.url
            ws.me()
            opened().me()
            assert asked(other) == 1
        assert asked(sandbox) == 1

    def test_h15_identities_of_the_environment_leave_nothing_on_disk(
        self, home: Path, config: Path, opened: Opened, sandbox: Sandbox, env: dict[str, str]
    ) -> None:
        before = tree(home)
        for identity in sandbox.identities:
            as_identity(env, identity, identity.projects[0].id)
            ws = opened()
            assert ws.me().user_email == identity.email
            assert ws.me().user_email == identity.email
        assert asked(sandbox) == 3
        assert tree(home) == before

    def test_h15_an_identity_of_the_environment_does_not_touch_an_account_of_its_name(
        self, home: Path, opened: Opened, sandbox: Sandbox, env: dict[str, str]
    ) -> None:
        ci, ada, _ = sandbox.identities
        configure(home, active={"account": "env"}, accounts={"env": badge_of(ci, WEB)})
        mine = opened()
        mine.me()
        before = tree(home)
        as_identity(env, ada, WEB)
        assert opened().me().user_email == ada.email
        assert tree(home) == before
        assert mine.me().user_email == ci.email

    def test_h15_logging_out_ends_the_answer(
        self, ws: Workspace, context: Context, sandbox: Sandbox, me_file: Path
    ) -> None:
        ws.me()
        assert me_file.stat().st_mode & 0o777 == 0o600
        Accounts(context).logout("ci")
        assert not me_file.exists()
        ws.me()
        assert asked(sandbox) == 2

    def test_h15_all_readers_and_writers_use_the_same_root(
        self,
        context: Context,
        config: Path,
        opened: Opened,
        env: dict[str, str],
        tmp_path: Path,
        me_file: Path,
    ) -> None:
        env |= {"MP_CONFIG_PATH": str(config), "MP_STORAGE_DIR": str(tmp_path / "elsewhere")}
        assert Accounts(context).show("ci").status == "untested"
        opened().me()
        assert Accounts(context).show("ci").status == "ok"
        assert (tmp_path / "elsewhere/accounts/ci/me.json").exists()
        assert not me_file.exists()

    def test_projects_come_in_numeric_order(self, ws: Workspace) -> None:
        assert [p.id for p in ws.projects()] == [TEN, WEB, APP]
        ten = ws.projects()[0]
        assert (ten.name, ten.organization_id, ten.timezone) == ("[prod] Ten", 1001, "US/Pacific")


class TestWorkspaces:
    def test_workspaces_are_those_of_the_session_or_of_a_project_named(self, ws: Workspace) -> None:
        assert [w.id for w in ws.workspaces()] == [3448413, 3448414, 3448415]
        (first, second) = ws.workspaces(project=TEN)
        assert first == mp.WorkspaceRef(id=101, name="[/x]", project_id=TEN)
        assert second.is_default is True
        assert [w.id for w in ws.workspaces(10)] == [101, 102]

    def test_workspaces_are_asked_for_once_unless_refreshed(
        self, ws: Workspace, sandbox: Sandbox
    ) -> None:
        ws.workspaces()
        ws.workspaces(WEB)
        assert len(sandbox.requests) == 1
        ws.workspaces(refresh=True)
        assert len(sandbox.requests) == 2

    def test_h15_another_accounts_workspaces_are_not_remembered(self, ws: Workspace) -> None:
        ws.workspaces(TEN)
        ws.use(account="bare", project=APP)
        with pytest.raises(mp.QueryError):
            ws.workspaces(TEN)

    def test_h15_another_persons_workspaces_are_not_remembered(
        self, opened: Opened, context: Context, home: Path, sandbox: Sandbox, desk: Desk
    ) -> None:
        configure(home, accounts={"me": {"type": "pass", "region": "us", "default_project": WEB}})
        Accounts(context).login("me", open_browser=False)
        ws = opened(account="me")
        assert ws.workspaces() == ws.workspaces() != []
        assert asked(sandbox, f"/api/app/projects/{WEB}/workspaces/public") == 1
        desk.person = sandbox.identities[2]
        Accounts(context).login("me", open_browser=False, take_over=True)
        for look in (ws.workspaces, ws.resolve_workspace):
            with pytest.raises(mp.QueryError, match="no access"):
                look()

    @pytest.mark.parametrize(
        ("identity", "project", "workspace"),
        [(0, WEB, 3448415), (0, APP, 3448421), (0, TEN, 102), (1, NINE, 92), (1, FOX, 771)],
    )
    def test_the_default_workspace_is_found_by_the_order_of_the_rules(
        self, ws: Workspace, sandbox: Sandbox, identity: int, project: str, workspace: int
    ) -> None:
        name = sandbox.identities[identity].name
        ws.use(project=TEN).use(account=name, project=project)
        found = ws.resolve_workspace()
        assert (found.id, found.project_id) == (workspace, project)
        boards = ws.request("GET", "/workspaces/{workspace_id}/dashboards")
        assert {board["workspace_id"] for board in boards["results"]} == {workspace}
        assert asked(sandbox, f"/api/app/projects/{project}/workspaces/public") == 1
        assert ws.workspace is None

    def test_a_pin_is_the_workspace_without_asking(self, ws: Workspace, sandbox: Sandbox) -> None:
        assert ws.resolve_workspace().id == 3448413
        ws.request("GET", "/workspaces/{workspace_id}/dashboards")
        assert [r.path for r in sandbox.requests] == ["/api/app/workspaces/3448413/dashboards"]

    def test_a_project_without_workspaces_is_a_typed_error(self, ws: Workspace) -> None:
        ws.use(account="bare", project=LONG)
        with pytest.raises(mp.WorkspaceScopeError, match="400"):
            ws.resolve_workspace()
        with pytest.raises(mp.WorkspaceScopeError, match="400"):
            ws.request("GET", "/workspaces/{workspace_id}/dashboards")


def test_an_answer_that_is_no_json_is_a_typed_error_and_is_not_kept(
    ws: Workspace, sandbox: Sandbox
) -> None:
    sandbox.inject(Fault("malformed"))
    for call in (ws.me, ws.workspaces):
        with pytest.raises(mp.APIError, match="JSON"):
            call()
    sandbox.clear_faults()
    assert ws.me().user_id == 501
    assert len(ws.workspaces()) == 3
