"""Snapshots of a session: a value for threads and for processes, each with a project of its own."""

from __future__ import annotations

import json
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import mp_core as mp
from mp_core._runtime.context import Context
from mp_core._values.session import Session, WorkspaceRef
from mp_core.accounts import Accounts
from mp_core.plugin.account import TokenPlace
from mp_core.sandbox import Sandbox
from mp_core.workspace import Workspace
from tests.support import fake_providers
from tests.support.home_files import configure
from tests.support.provider_texts import BADGES, STORED, provider_text
from tests.support.sandbox_accounts import APP, TEN, WEB, Opened, badge_of
from tests.support.site_directory import Site

PASSES = provider_text("pass", header=STORED)
LOGIN = "\n@hookimpl\ndef mp_login():\n    raise AssertionError\n"
PROGRAM = """
import json, multiprocessing, os
from concurrent.futures import ProcessPoolExecutor
import mp_core as mp

def events(session):
    with mp.Workspace(session=session) as ws:
        return os.getpid(), ws.events()

def main(account, method, projects):
    with mp.Workspace(account=account) as ws:
        ws.events(limit=1)  # The parent has a connection, which nobody else may use.
        sessions = [ws.session.replace(project=id, workspace=None) for id in projects]
        ws.use(project="1")
        with ProcessPoolExecutor(2, multiprocessing.get_context(method)) as pool:
            found = list(pool.map(events, sessions))
    print(json.dumps({"parent": os.getpid(), "found": found}))
"""


def snapshots(ws: Workspace, projects: tuple[str, ...]) -> list[Session]:
    return [ws.session.replace(project=project, workspace=None) for project in projects]


def test_threads_each_work_in_a_project_of_their_own_while_the_workspace_switches(
    ws: Workspace, opened: Opened, sandbox: Sandbox
) -> None:
    projects, gate = (WEB, APP, TEN), threading.Barrier(4)

    def names(session: Session) -> list[str]:
        gate.wait(60)
        return opened(session=session).events()

    with ThreadPoolExecutor(3) as pool:
        found = pool.map(names, snapshots(ws, projects))
        gate.wait(60)
        for _ in range(50):
            ws.use(account="ada").use(target="ten")
        for project, events in zip(projects, found, strict=True):
            assert f"Opened project {project}" in events
    sent = [(r.identity_name, r.query["project_id"]) for r in sandbox.requests]
    assert sorted(sent) == sorted(("ci", project) for project in projects)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Two providers, installed as a distribution, and the program."""
    made = Site(tmp_path_factory.mktemp("site"))
    made.install("acme-types", providers={"badge": BADGES, "pass": PASSES + LOGIN})
    (made.root / "program.py").write_text(PROGRAM)
    return made


@pytest.mark.parametrize(
    ("account", "method"),
    [("ci", "spawn"), ("me", "spawn"), ("me", "fork"), ("ci", "forkserver")],
)
def test_processes_each_work_in_a_project_of_their_own(
    site: Site, home: Path, sandbox: Sandbox, context: Context, account: str, method: str
) -> None:
    ci = sandbox.identities[0]
    me = {"type": "pass", "region": "us", "default_project": WEB}
    configure(home, accounts={"ci": badge_of(ci, WEB), "me": me})
    token = sandbox.issue_token(ci, 3600)
    stored = fake_providers.tokens(access_token=token, expires_at="2999-01-01T00:00:00Z")
    context.vault.store(context.config().account("me"), stored)

    projects = [WEB, APP, TEN, WEB]
    done = site.run(
        f"import program; program.main({account!r}, {method!r}, {projects})",
        HOME=str(home),
        MP_API_BASE_URL=sandbox.url,
    )
    assert done.stderr == ""
    answer: dict[str, Any] = json.loads(done.stdout)
    for project, (pid, names) in zip(projects, answer["found"], strict=True):
        assert pid != answer["parent"]
        assert f"Opened project {project}" in names
    sent = [(r.identity_name, r.query["project_id"]) for r in sandbox.requests]
    assert sorted(sent) == sorted(("ci", project) for project in [WEB, *projects])


def test_a_session_survives_pickling_and_compares_by_value(ws: Workspace) -> None:
    session = ws.session.replace(headers={"X-Team": "blue"})
    thawed = pickle.loads(pickle.dumps(session))
    assert thawed == session
    assert hash(thawed.account) == hash(session.account)
    assert thawed.headers["x-team"] == "blue"
    with pytest.raises(TypeError):
        thawed.headers["x-team"] = "red"
    assert isinstance(thawed.account.secret, SecretStr)
    assert thawed != session.replace(project=TEN, workspace=None)


def test_a_pickled_session_of_a_bridge_keeps_the_slot_and_the_tokens_it_came_with(
    context: Context, home: Path
) -> None:
    slot = TokenPlace("bridges/1", fake_providers.tokens(expires_at="2999-01-01T00:00:00Z"))
    account = fake_providers.PassAccount(name="me", region="us").kept_at(slot)
    session = Session(account=account, project=WEB, workspace=WorkspaceRef(id=5, project_id=WEB))
    thawed = pickle.loads(pickle.dumps(session))
    assert thawed == session
    assert thawed.account.token_place == slot
    assert context.vault.access_token(thawed.account) == fake_providers.CANARY


def test_a_token_of_a_variable_is_not_part_of_the_snapshot(
    context: Context, env: dict[str, str], home: Path, sandbox: Sandbox, opened: Opened
) -> None:
    ticket = {"type": "ticket", "region": "us", "default_project": WEB, "token_env": "TICKET"}
    configure(home, active={"account": "t"}, accounts={"t": ticket})
    env["TICKET"] = sandbox.identities[0].token
    assert Accounts(context).test("t").ok
    frozen = pickle.dumps(opened().session)
    assert env["TICKET"].encode() not in frozen
    env["TICKET"] = sandbox.identities[1].token
    opened(session=pickle.loads(frozen)).events(limit=1)
    assert sandbox.requests[-1].identity_name == "ada"


@pytest.mark.providers
def test_the_first_class_accounts_survive_pickling() -> None:
    accounts: list[mp.Account] = [
        mp.ServiceAccount(name="a", region="us", username="ann", secret=SecretStr("fake-secret")),
        mp.OAuthTokenAccount(name="b", region="eu", token_env="TICKET"),
        mp.OAuthBrowserAccount(name="c", region="in"),
    ]
    for account in accounts:
        session = mp.Session(account=account, project=mp.Project(id="1"))
        assert pickle.loads(pickle.dumps(session)) == session
