"""`Workspace`: construction, switches, calls, and what is never mixed up."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
import threading
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import tomli_w
from pydantic import SecretStr

import mp_core as mp
from mp_core.sandbox import Fault, Sandbox, SandboxIdentity

pytestmark = pytest.mark.providers

ME = "/api/app/me"
WEB, APP, TEN, NINE, FOX, LONG = "3018488", "3018489", "10", "9", "77", "400"
WEEK = {"from_date": "2024-01-01", "to_date": "2024-01-07"}


def robot(identity: SandboxIdentity, project: str | None) -> dict[str, str]:
    block = {
        "type": "service_account",
        "region": "us",
        "username": identity.username,
        "secret": identity.secret,
    }
    return block if project is None else block | {"default_project": project}


def configure(home: Path, **tables: Any) -> Path:
    path = home / ".mp" / "config.toml"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(tomli_w.dumps(tables))
    path.chmod(0o600)
    return path


@pytest.fixture
def config(home: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Accounts of two identities, one that lacks its token, one without a project, and targets."""
    monkeypatch.setenv("MP_API_BASE_URL", sandbox.url)
    ci, ada, grace = sandbox.identities
    lost = {"type": "oauth_token", "region": "us", "default_project": WEB, "token_env": "NOT_SET"}
    return configure(
        home,
        active={"account": "ci", "workspace": 3448413},
        accounts={
            "ci": robot(ci, WEB),
            "ada": robot(ada, FOX),
            "bare": robot(grace, None),
            "lost": lost,
        },
        targets={
            "shop": {"account": "ada", "project": WEB, "workspace": 3448414},
            "ten": {"account": "ci", "project": TEN},
            "gone": {"account": "lost", "project": WEB},
        },
    )


@pytest.fixture
def ws(config: Path) -> Iterator[mp.Workspace]:
    with mp.Workspace() as ws:
        yield ws


_open = ExitStack()


@pytest.fixture(autouse=True)
def _closing() -> Iterator[None]:
    yield
    _open.close()


def opened(**arguments: Any) -> mp.Workspace:
    """Return a workspace that is closed when the test ends."""
    return _open.enter_context(mp.Workspace(**arguments))


def triple(ws: mp.Workspace) -> tuple[str, str, int | None]:
    return ws.account.name, ws.project.id, ws.workspace.id if ws.workspace else None


def as_identity(monkeypatch: pytest.MonkeyPatch, who: SandboxIdentity, project: str) -> None:
    monkeypatch.setenv("MP_USERNAME", who.username)
    monkeypatch.setenv("MP_SECRET", who.secret)
    monkeypatch.setenv("MP_PROJECT_ID", project)
    monkeypatch.setenv("MP_REGION", "us")


def asked(sandbox: Sandbox, path: str = ME) -> int:
    return sum(request.path == path for request in sandbox.requests)


def tree(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


class TestConstruction:
    def test_the_active_account_its_project_and_its_pin_are_the_default(
        self, ws: mp.Workspace
    ) -> None:
        assert triple(ws) == ("ci", WEB, 3448413)

    def test_arguments_come_before_the_configuration(self, config: Path) -> None:
        assert triple(opened(account="ada")) == ("ada", FOX, None)
        assert triple(opened(project=TEN, workspace=102)) == ("ci", TEN, 102)
        assert triple(opened(target="shop")) == ("ada", WEB, 3448414)

    def test_the_environment_comes_before_arguments_and_says_so(
        self, config: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        as_identity(monkeypatch, sandbox.identities[2], APP)
        with pytest.warns(mp.CredentialWarning, match="account=ci") as caught:
            ws = opened(account="ci")
        assert len(caught) == 1
        assert triple(ws) == ("env", APP, None)
        ws.events()
        assert sandbox.requests[-1].identity_name == "grace"

    def test_arguments_are_keywords_only(self) -> None:
        with pytest.raises(TypeError):
            mp.Workspace("ci")  # type: ignore[call-arg]

    @pytest.mark.parametrize("axis", [{"account": "ci"}, {"project": "1"}, {"workspace": 1}])
    def test_a_target_and_a_session_exclude_every_axis(
        self, ws: mp.Workspace, axis: dict[str, Any]
    ) -> None:
        for other in ({"target": "shop"}, {"session": ws.session}):
            with pytest.raises(ValueError, match="exclude"):
                mp.Workspace(**other, **axis)
        with pytest.raises(ValueError, match="exclude"):
            mp.Workspace(target="shop", session=ws.session)

    def test_a_session_is_used_as_it_is(
        self, ws: mp.Workspace, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        snapshot = ws.session
        config.write_text("not TOML")
        monkeypatch.setenv("MP_PROJECT_ID", "oops")
        assert opened(session=snapshot).session is snapshot

    def test_construction_sends_nothing_and_writes_nothing(
        self, home: Path, config: Path, sandbox: Sandbox
    ) -> None:
        before = tree(home)
        opened()
        opened(account="lost")
        assert sandbox.requests == []
        assert tree(home) == before

    @pytest.mark.parametrize("name", ["account", "project", "workspace", "session"])
    def test_what_is_in_force_is_read_only(self, ws: mp.Workspace, name: str) -> None:
        with pytest.raises(AttributeError):
            setattr(ws, name, None)

    def test_leaving_closes_and_a_later_call_opens_again(self, config: Path) -> None:
        with mp.Workspace() as ws:
            first = ws.http
        assert first.is_closed
        assert ws.events()
        ws.close()

    def test_unknown_names_are_errors_that_list_what_there_is(self, config: Path) -> None:
        with pytest.raises(mp.AccountNotFoundError, match="ada, bare, ci, lost") as account:
            mp.Workspace(account="nobody")
        with pytest.raises(mp.TargetNotFoundError, match="gone, shop, ten") as target:
            mp.Workspace(target="nowhere")
        for caught in (account, target):
            assert isinstance(caught.value, mp.ConfigError)
            assert isinstance(caught.value, ValueError)

    def test_the_text_form_holds_no_secret(self, ws: mp.Workspace, sandbox: Sandbox) -> None:
        ws.me()
        for text in (repr(ws), str(ws), repr(ws.session), repr(ws.explain()), repr(ws.account)):
            assert sandbox.identities[0].secret not in text

    def test_threads_that_come_first_at_once_share_one_client(self, config: Path) -> None:
        ws, gate = opened(), threading.Barrier(8)

        def client() -> httpx.Client:
            gate.wait()
            return ws.http

        with ThreadPoolExecutor(8) as pool:
            found = {id(future.result()) for future in [pool.submit(client) for _ in range(8)]}
        assert found == {id(ws.http)}
        ws.close()


class TestUse:
    def test_every_switch_returns_the_workspace_and_keeps_the_client(
        self, ws: mp.Workspace
    ) -> None:
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

    def test_no_switch_sends_a_request(self, ws: mp.Workspace, sandbox: Sandbox) -> None:
        ws.use(project=TEN).use(workspace=102).use(account="ada").use(target="shop").use()
        assert sandbox.requests == []

    def test_a_project_is_a_number_or_its_digits(self, ws: mp.Workspace) -> None:
        assert ws.use(project=10).project == mp.Project(id="10")

    def test_h10_a_project_drops_the_pin_unless_one_is_given(self, ws: mp.Workspace) -> None:
        assert triple(ws.use(project=TEN)) == ("ci", TEN, None)
        assert triple(ws.use(project=APP, workspace=3448420)) == ("ci", APP, 3448420)
        assert triple(ws.use(workspace=3448421)) == ("ci", APP, 3448421)

    def test_a_loop_over_projects_works_under_a_project_variable(
        self, ws: mp.Workspace, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MP_PROJECT_ID", "12345")
        monkeypatch.setenv("MP_WORKSPACE_ID", "oops")
        for project in (WEB, APP, TEN):
            ws.use(project=project).events(limit=1)
        ws.use(workspace=101)
        assert [r.query["project_id"] for r in sandbox.requests] == [WEB, APP, TEN]

    def test_an_account_brings_its_project_and_no_pin(self, ws: mp.Workspace) -> None:
        assert triple(ws.use(account="ada")) == ("ada", FOX, None)
        assert triple(ws.use(account="ci", workspace=3448415)) == ("ci", WEB, 3448415)

    def test_an_account_takes_project_and_workspace_of_the_environment_first(
        self, ws: mp.Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MP_WORKSPACE_ID", "771")
        assert triple(ws.use(account="ada")) == ("ada", FOX, 771)
        assert triple(ws.use(account="ci", workspace=5)) == ("ci", WEB, 5)
        monkeypatch.setenv("MP_PROJECT_ID", NINE)
        with pytest.warns(mp.CredentialWarning, match=f"use\\(\\) project={FOX}"):
            ws.use(account="ada", project=FOX)
        assert triple(ws) == ("ada", NINE, 771)

    def test_an_explicit_account_is_not_overridden_by_an_identity_in_the_environment(
        self, config: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        as_identity(monkeypatch, sandbox.identities[1], WEB)
        ws = opened()
        assert ws.account.name == "env"
        ws.use(account="ci").events(limit=1)
        assert sandbox.requests[-1].identity_name == "ci"

    def test_a_target_takes_the_environment_into_account(
        self, ws: mp.Workspace, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert triple(ws.use(target="shop")) == ("ada", WEB, 3448414)
        monkeypatch.setenv("MP_PROJECT_ID", TEN)
        with pytest.warns(mp.CredentialWarning, match="shop"):
            ws.use(target="shop")
        assert triple(ws) == ("ada", TEN, None)
        as_identity(monkeypatch, sandbox.identities[2], APP)
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
        self,
        ws: mp.Workspace,
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

    def test_an_account_without_a_project_names_itself_and_the_ways_out(
        self, ws: mp.Workspace
    ) -> None:
        with pytest.raises(mp.ConfigError, match="'bare'") as caught:
            ws.use(account="bare")
        assert "mp account update bare --default-project" in str(caught.value.hint)
        assert triple(ws.use(account="bare", project=APP)) == ("bare", APP, None)

    def test_unknown_names_are_both_kinds_of_error_and_list_what_there_is(
        self, ws: mp.Workspace
    ) -> None:
        with pytest.raises(mp.AccountNotFoundError, match="ada, bare, ci") as account:
            ws.use(account="x")
        with pytest.raises(mp.TargetNotFoundError, match="gone, shop") as target:
            ws.use(target="x")
        for caught in (account, target):
            assert isinstance(caught.value, mp.ConfigError)
            assert isinstance(caught.value, ValueError)

    @pytest.mark.parametrize(
        "switch", [{}, {"project": WEB}, {"account": "ci"}, {"account": "ci", "project": WEB}]
    )
    def test_a_switch_to_where_one_is_keeps_pin_and_caches(
        self, ws: mp.Workspace, sandbox: Sandbox, switch: dict[str, Any]
    ) -> None:
        ws.me()
        ws.workspaces()
        session = ws.session
        ws.use(**switch)
        ws.me()
        ws.workspaces()
        assert ws.session is session
        assert len(sandbox.requests) == 2

    def test_the_me_cache_of_an_account_outlives_switches(
        self, ws: mp.Workspace, sandbox: Sandbox
    ) -> None:
        assert ws.me().user_email == "ci@robots.example"
        assert ws.use(account="ada").me().user_email == "ada@people.example"
        assert ws.use(target="ten").me().user_email == "ci@robots.example"
        assert ws.use(project=WEB).me().user_email == "ci@robots.example"
        assert ws.use(account="ada").me().user_email == "ada@people.example"
        assert asked(sandbox) == 2

    def test_a_snapshot_is_not_changed_by_a_switch(self, ws: mp.Workspace) -> None:
        snapshot = ws.session
        ws.use(target="shop")
        assert (snapshot.account.name, snapshot.project_id) == ("ci", WEB)

    def test_h07_no_request_pairs_one_accounts_header_with_anothers_project(
        self, home: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MP_API_BASE_URL", sandbox.url)
        ci, ada, _ = sandbox.identities
        accounts = {"ci": robot(ci, APP), "ada": robot(ada, FOX)}
        configure(home, active={"account": "ci"}, accounts=accounts)
        own = {"ci": (APP, "3448421"), "ada": (FOX, "771")}
        ws, gate, done = opened(), threading.Barrier(5), threading.Event()

        def switch() -> None:
            gate.wait()
            for n in range(300):
                ws.use(account=("ada", "ci")[n % 2])
                if n % 10 == 0:
                    ws.events(limit=1)
            done.set()

        def call() -> None:
            gate.wait()
            while not done.is_set():
                ws.events(limit=1)
                ws.request("GET", "/workspaces/{workspace_id}/dashboards")
                ws.request("GET", "/projects/{project_id}/annotations")
                ws.workspaces(refresh=True)

        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            with ThreadPoolExecutor(5) as pool:
                futures = [pool.submit(switch), *(pool.submit(call) for _ in range(4))]
                for future in futures:
                    future.result()
        finally:
            sys.setswitchinterval(interval)
            done.set()
            ws.close()
        assert {seen.status for seen in sandbox.requests} == {200}
        assert {seen.identity_name for seen in sandbox.requests} == {"ci", "ada"}
        for seen in sandbox.requests:
            project, workspace = own[str(seen.identity_name)]
            scope = seen.query.get("project_id") or seen.path.split("/")[4]
            assert scope in (project, workspace), seen


class TestPersist:
    def test_without_persist_nothing_on_disk_changes(self, ws: mp.Workspace, home: Path) -> None:
        before = tree(home)
        ws.use(account="ada").use(project=NINE).use(workspace=92).use(target="ten")
        assert tree(home) == before

    def test_persist_writes_all_three_axes(self, ws: mp.Workspace, config: Path) -> None:
        ws.use(account="ada", project=NINE, workspace=92, persist=True)
        written = tomllib.loads(config.read_text())
        assert written["active"] == {"account": "ada", "workspace": 92}
        assert written["accounts"]["ada"]["default_project"] == NINE
        assert written["accounts"]["ci"]["default_project"] == WEB
        assert triple(opened()) == triple(ws) == ("ada", NINE, 92)

    def test_h10_persisting_a_project_drops_the_pin_on_disk_too(
        self, ws: mp.Workspace, config: Path
    ) -> None:
        ws.use(project=TEN, persist=True)
        assert tomllib.loads(config.read_text())["active"] == {"account": "ci"}
        assert triple(opened()) == ("ci", TEN, None)

    def test_persist_without_a_switch_keeps_what_is_in_force(
        self, ws: mp.Workspace, config: Path
    ) -> None:
        ws.use(target="shop").use(persist=True)
        assert triple(opened()) == ("ada", WEB, 3448414)

    def test_an_identity_of_the_environment_is_refused_before_anything_changes(
        self, config: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        as_identity(monkeypatch, sandbox.identities[1], WEB)
        ws = opened()
        session, file = ws.session, config.read_bytes()
        with pytest.raises(mp.ConfigError, match="not the one in the configuration"):
            ws.use(project=TEN, persist=True)
        assert ws.session is session
        assert config.read_bytes() == file

    def test_a_write_that_fails_leaves_the_session_too(
        self, ws: mp.Workspace, config: Path
    ) -> None:
        config.with_name("config.toml.lock").mkdir()
        session = ws.session
        with pytest.raises(mp.ConfigError, match="could not be written"):
            ws.use(project=TEN, persist=True)
        assert ws.session is session

    def test_h15_the_me_cache_is_kept_and_refreshed_on_disk_after_persisting(
        self, ws: mp.Workspace, sandbox: Sandbox
    ) -> None:
        ws.me()
        ws.use(project=TEN, persist=True)
        ws.me()
        assert asked(sandbox) == 1
        file = ws_me_file(ws)
        before = file.read_bytes()
        ws.me(refresh=True)
        assert file.read_bytes() != before
        assert opened().me().user_id == 501
        assert asked(sandbox) == 2


def ws_me_file(ws: mp.Workspace) -> Path:
    return Path(os.environ["HOME"]) / ".mp" / "accounts" / ws.account.name / "me.json"


class TestMe:
    def test_me_holds_user_projects_workspaces_and_what_is_not_known(
        self, ws: mp.Workspace
    ) -> None:
        me = ws.me()
        assert (me.user_id, me.user_email) == (501, "ci@robots.example")
        assert set(me.projects) == {WEB, APP, TEN}
        assert me.organizations["1001"].name == "Acme Analytics"
        assert "3448415" in me.workspaces
        assert me.model_extra == {"sandbox": {"invented": True}}

    def test_me_is_asked_once_and_again_only_to_refresh(
        self, ws: mp.Workspace, sandbox: Sandbox
    ) -> None:
        ws.me()
        ws.me()
        ws.projects()
        opened().me()
        assert asked(sandbox) == 1
        ws.me(refresh=True)
        ws.projects(refresh=True)
        assert asked(sandbox) == 3

    def test_h15_another_secret_is_another_cache(
        self, ws: mp.Workspace, config: Path, sandbox: Sandbox
    ) -> None:
        assert ws.me().user_email == "ci@robots.example"
        ada = sandbox.identities[1]
        mp.accounts.update("ci", username=ada.username, secret=ada.secret)
        assert opened().me().user_email == "ada@people.example"
        assert ws.use(account="ci").me().user_email == "ada@people.example"

    @pytest.mark.parametrize("change", ["secret", "region"])
    def test_h15_a_changed_credential_has_only_the_answer_that_proved_it(
        self, ws: mp.Workspace, sandbox: Sandbox, change: str
    ) -> None:
        ws.me()
        new: dict[str, Any] = {"region": "eu"}
        if change == "secret":
            new = {"secret": sandbox.rotate_secret(sandbox.identities[0]).secret}
        mp.accounts.update("ci", **new)
        assert asked(sandbox) == 2
        ws_me_file(ws).unlink()
        assert opened().me().user_id == 501
        assert asked(sandbox) == 3

    def test_h15_another_address_asks_again(
        self, ws: mp.Workspace, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ws.me()
        with Sandbox() as other:
            monkeypatch.setenv("MP_API_BASE_URL", other.url)
            ws.me()
            opened().me()
            assert asked(other) == 1
        assert asked(sandbox) == 1

    def test_h15_identities_of_the_environment_leave_nothing_on_disk(
        self, home: Path, config: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = tree(home)
        for identity in sandbox.identities:
            as_identity(monkeypatch, identity, identity.projects[0].id)
            ws = opened()
            assert ws.me().user_email == identity.email
            assert ws.me().user_email == identity.email
        assert asked(sandbox) == 3
        assert tree(home) == before

    def test_h15_an_identity_of_the_environment_does_not_touch_an_account_of_its_name(
        self, home: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MP_API_BASE_URL", sandbox.url)
        ci, ada, _ = sandbox.identities
        configure(home, active={"account": "env"}, accounts={"env": robot(ci, WEB)})
        mine = opened()
        mine.me()
        before = tree(home)
        as_identity(monkeypatch, ada, WEB)
        assert opened().me().user_email == ada.email
        assert tree(home) == before
        assert mine.me().user_email == ci.email

    def test_h15_logging_out_clears_the_cache(self, ws: mp.Workspace, sandbox: Sandbox) -> None:
        ws.me()
        assert ws_me_file(ws).stat().st_mode & 0o777 == 0o600
        mp.accounts.logout("ci")
        assert not ws_me_file(ws).exists()
        ws.me()
        assert asked(sandbox) == 2

    def test_h15_all_readers_and_writers_use_the_same_root(
        self, ws: mp.Workspace, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MP_CONFIG_PATH", str(config))
        monkeypatch.setenv("MP_STORAGE_DIR", str(tmp_path / "elsewhere"))
        assert mp.accounts.show("ci").status == "untested"
        opened().me()
        assert mp.accounts.show("ci").status == "ok"
        assert (tmp_path / "elsewhere/accounts/ci/me.json").exists()
        assert not ws_me_file(ws).exists()

    def test_projects_come_in_numeric_order(self, ws: mp.Workspace) -> None:
        assert [p.id for p in ws.projects()] == [TEN, WEB, APP]
        ten = ws.projects()[0]
        assert (ten.name, ten.organization_id, ten.timezone) == ("[prod] Ten", 1001, "US/Pacific")


class TestWorkspaces:
    def test_workspaces_are_those_of_the_session_or_of_a_project_named(
        self, ws: mp.Workspace
    ) -> None:
        assert [w.id for w in ws.workspaces()] == [3448413, 3448414, 3448415]
        (first, second) = ws.workspaces(project=TEN)
        assert first == mp.WorkspaceRef(id=101, name="[/x]", project_id=TEN)
        assert second.is_default is True
        assert [w.id for w in ws.workspaces(10)] == [101, 102]

    def test_workspaces_are_asked_for_once_unless_refreshed(
        self, ws: mp.Workspace, sandbox: Sandbox
    ) -> None:
        ws.workspaces()
        ws.workspaces(WEB)
        assert len(sandbox.requests) == 1
        ws.workspaces(refresh=True)
        assert len(sandbox.requests) == 2

    def test_another_accounts_workspaces_are_not_remembered(self, ws: mp.Workspace) -> None:
        ws.workspaces(TEN)
        ws.use(account="bare", project=APP)
        with pytest.raises(mp.QueryError):
            ws.workspaces(TEN)

    @pytest.mark.parametrize(
        ("identity", "project", "workspace"),
        [(0, WEB, 3448415), (0, APP, 3448421), (0, TEN, 102), (1, NINE, 92), (1, FOX, 771)],
    )
    def test_the_default_workspace_is_found_by_the_order_of_the_rules(
        self, ws: mp.Workspace, sandbox: Sandbox, identity: int, project: str, workspace: int
    ) -> None:
        name = sandbox.identities[identity].name
        ws.use(project=TEN).use(account=name, project=project)
        found = ws.resolve_workspace()
        assert (found.id, found.project_id) == (workspace, project)
        boards = ws.request("GET", "/workspaces/{workspace_id}/dashboards")
        assert {board["workspace_id"] for board in boards["results"]} == {workspace}
        assert asked(sandbox, f"/api/app/projects/{project}/workspaces/public") == 1
        assert ws.workspace is None

    def test_a_pin_is_the_workspace_without_asking(
        self, ws: mp.Workspace, sandbox: Sandbox
    ) -> None:
        assert ws.resolve_workspace().id == 3448413
        ws.request("GET", "/workspaces/{workspace_id}/dashboards")
        assert [r.path for r in sandbox.requests] == ["/api/app/workspaces/3448413/dashboards"]

    def test_a_project_without_workspaces_is_a_typed_error(self, ws: mp.Workspace) -> None:
        ws.use(account="bare", project=LONG)
        with pytest.raises(mp.WorkspaceScopeError, match="400"):
            ws.resolve_workspace()
        with pytest.raises(mp.WorkspaceScopeError, match="400"):
            ws.request("GET", "/workspaces/{workspace_id}/dashboards")


class TestCalls:
    def test_events_come_sorted_and_for_the_scope_of_the_session(
        self, ws: mp.Workspace, sandbox: Sandbox
    ) -> None:
        names = ws.events(limit=4, **WEEK)
        assert names == sorted(names)
        assert len(names) == 4
        assert sandbox.requests[-1].query == {
            "type": "general",
            "limit": "4",
            "project_id": WEB,
            "workspace_id": "3448413",
            **WEEK,
        }

    def test_a_segmentation_has_its_segments_and_their_total(
        self, ws: mp.Workspace, sandbox: Sandbox
    ) -> None:
        result = ws.segmentation("Purchase", on="country", where="true", **WEEK)
        assert sandbox.requests[-1].query["on"] == 'properties["country"]'
        assert result.total == sum(sum(days.values()) for days in result.segments.values())
        assert (result.event, result.unit) == ("Purchase", "day")
        assert (result.from_date, result.to_date) == tuple(WEEK.values())

    def test_h10_a_workspace_is_sent_with_its_own_project_only(
        self, ws: mp.Workspace, sandbox: Sandbox
    ) -> None:
        ws.events(limit=1)
        ws.use(project=APP).events(limit=1)
        ws.use(account="ada").events(limit=1)
        ws.use(target="shop").events(limit=1)
        ws.use(target="ten").events(limit=1)
        opened(project=APP).events(limit=1)
        opened(account="ada", project=WEB).events(limit=1)
        sent = [(r.query["project_id"], r.query.get("workspace_id")) for r in sandbox.requests]
        assert sent == [
            (WEB, "3448413"),
            (APP, None),
            (FOX, None),
            (WEB, "3448414"),
            (TEN, None),
            (APP, None),
            (WEB, None),
        ]

    def test_any_endpoint_is_called_with_the_ids_of_the_session(
        self, ws: mp.Workspace, sandbox: Sandbox
    ) -> None:
        made = ws.request("post", "/projects/{project_id}/annotations", json={"text": "🦊"})
        assert made["results"]["project_id"] == int(WEB)
        seen = sandbox.requests[-1]
        assert (seen.method, dict(seen.query)) == ("POST", {})
        listed = ws.request("GET", "/projects/{project_id}/annotations", params={"page": 1})
        assert [a["text"] for a in listed["results"]] == ["🦊"]
        assert dict(sandbox.requests[-1].query) == {"page": "1"}

    def test_a_query_written_in_the_path_is_sent(self, ws: mp.Workspace, sandbox: Sandbox) -> None:
        ws.request("GET", "/me?a=1&b=&a=2", params={"c": 3})
        assert dict(sandbox.requests[-1].query) == {"a": "2", "b": "", "c": "3"}
        assert len(ws.request("GET", "/events/names?limit=2", family="query")) == 2
        assert sandbox.requests[-1].query["project_id"] == WEB

    @pytest.mark.parametrize("path", ["/events/names?project_id=10", "/events/names"])
    def test_h10_a_query_cannot_name_another_project_than_the_session(
        self, ws: mp.Workspace, sandbox: Sandbox, path: str
    ) -> None:
        params = {} if "?" in path else {"project_id": 10}
        with pytest.raises(mp.ConfigError, match="project_id"):
            ws.request("GET", path, params=params, family="query")
        assert sandbox.requests == []

    def test_a_family_there_is_not_is_refused(self, ws: mp.Workspace) -> None:
        with pytest.raises(ValueError, match="app or query"):
            ws.request("GET", "/me", family="oauth")

    @pytest.mark.parametrize("path", ["me", "", "//evil.invalid/", "https://evil.invalid/me"])
    def test_a_path_that_is_none_is_refused_before_anything_is_sent(
        self, ws: mp.Workspace, sandbox: Sandbox, path: str
    ) -> None:
        with pytest.raises(mp.ConfigError, match="path"):
            ws.request("GET", path)
        assert sandbox.requests == []

    def test_h19_an_account_that_fails_sends_nothing_as_another(
        self, config: Path, sandbox: Sandbox
    ) -> None:
        ws = opened(account="lost")
        for call in (ws.events, ws.me, ws.workspaces):
            with pytest.raises(mp.OAuthError, match="NOT_SET"):
                call()
        assert sandbox.requests == []

    def test_h19_a_credential_that_is_refused_is_not_followed_by_another(
        self, ws: mp.Workspace, sandbox: Sandbox
    ) -> None:
        sandbox.rotate_secret(sandbox.identities[0])
        with pytest.raises(mp.AuthenticationError) as caught:
            ws.events()
        (seen,) = sandbox.requests
        assert seen.status == 401
        for part in ("'ci'", "service_account", "region us", "active", "config.toml [active]"):
            assert part in str(caught.value)
        assert "mp account test ci" in str(caught.value.hint)

    def test_a_project_that_is_closed_to_the_account_names_both(self, ws: mp.Workspace) -> None:
        with pytest.raises(mp.QueryError) as caught:
            ws.use(project=FOX).events()
        assert caught.value.status_code == 403
        for part in ("'ci'", "region us", FOX):
            assert part in str(caught.value)

    def test_an_answer_that_is_no_json_is_a_typed_error(
        self, ws: mp.Workspace, sandbox: Sandbox
    ) -> None:
        sandbox.inject(Fault("malformed"))
        for call in (ws.me, ws.events, ws.workspaces):
            with pytest.raises(mp.APIError, match="JSON"):
                call()


class TestExplain:
    @pytest.mark.parametrize(
        "arguments",
        [
            {},
            {"account": "ada"},
            {"project": TEN, "workspace": 102},
            {"target": "shop"},
            {"target": "ten"},
        ],
    )
    def test_h16_what_is_explained_is_what_a_request_uses(
        self, config: Path, sandbox: Sandbox, arguments: dict[str, Any]
    ) -> None:
        ws = opened(**arguments)
        ws.events(limit=1)
        seen = sandbox.requests[-1]
        axes = [axis.value for axis in ws.explain().axes]
        assert axes == [
            seen.identity_name,
            seen.query["project_id"],
            seen.query.get("workspace_id"),
        ]

    def test_h16_it_follows_switches_and_the_environment(
        self, ws: mp.Workspace, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert [axis.source for axis in ws.explain().axes] == [
            "active",
            "default_project",
            "active",
        ]
        ws.use(project=TEN)
        project = ws.explain().project
        assert (project.source, project.origin, project.value) == (
            "parameter",
            "use() project=",
            TEN,
        )
        as_identity(monkeypatch, sandbox.identities[1], WEB)
        fresh = opened().explain()
        assert fresh.account.source == "environment"
        assert fresh.project.origin == "MP_PROJECT_ID"

    def test_h16_a_session_that_was_given_says_so(self, ws: mp.Workspace) -> None:
        given = opened(session=ws.session).explain()
        assert {axis.source for axis in given.axes} == {"session"}


class TestSnapshots:
    def test_threads_each_work_in_a_project_of_their_own(
        self, ws: mp.Workspace, sandbox: Sandbox
    ) -> None:
        def names(project: str) -> list[str]:
            session = ws.session.replace(project=project, workspace=None)
            with mp.Workspace(session=session) as own:
                return own.events()

        with ThreadPoolExecutor(3) as pool:
            found = dict(zip((WEB, APP, TEN), pool.map(names, (WEB, APP, TEN)), strict=True))
        assert all(f"Opened project {project}" in names for project, names in found.items())
        assert {r.query["project_id"] for r in sandbox.requests} == {WEB, APP, TEN}

    def test_processes_each_work_in_a_project_of_their_own(
        self, ws: mp.Workspace, sandbox: Sandbox
    ) -> None:
        code = "__import__('mp_core').Workspace(session=session).events(limit=1)"
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(2, mp_context=spawn) as pool:
            futures = [
                pool.submit(eval, code, {"session": ws.session.replace(project=p, workspace=None)})
                for p in (WEB, APP)
            ]
            assert all(future.result() for future in futures)
        sent = {(r.identity_name, r.query["project_id"]) for r in sandbox.requests}
        assert sent == {("ci", WEB), ("ci", APP)}

    def test_a_session_survives_pickling(self, ws: mp.Workspace) -> None:
        thawed = pickle.loads(pickle.dumps(ws.session))
        assert thawed == ws.session
        assert thawed.auth_header() == ws.session.auth_header()
        account = thawed.account
        assert isinstance(account, mp.ServiceAccount)
        assert isinstance(account.secret, SecretStr)
