"""`Workspace`: what it begins with, and the record of that."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

import mp_core as mp
from mp_core.sandbox import Sandbox
from mp_core.workspace import Workspace
from tests.support.home_files import tree
from tests.support.sandbox_accounts import APP, FOX, TEN, WEB, Opened, as_identity, triple


def test_the_active_account_its_project_and_its_pin_are_the_default(ws: Workspace) -> None:
    assert triple(ws) == ("ci", WEB, 3448413)


def test_arguments_come_before_the_configuration(config: Path, opened: Opened) -> None:
    assert triple(opened(account="ada")) == ("ada", FOX, None)
    assert triple(opened(project=TEN, workspace=102)) == ("ci", TEN, 102)
    assert triple(opened(target="shop")) == ("ada", WEB, 3448414)


def test_the_environment_comes_before_arguments_and_says_so(
    config: Path, opened: Opened, sandbox: Sandbox, env: dict[str, str]
) -> None:
    as_identity(env, sandbox.identities[2], APP)
    with pytest.warns(mp.CredentialWarning, match="account=ci") as caught:
        ws = opened(account="ci")
    assert len(caught) == 1
    assert triple(ws) == ("env", APP, None)
    ws.events()
    assert sandbox.requests[-1].identity_name == "grace"


def test_arguments_are_keywords_only() -> None:
    with pytest.raises(TypeError):
        mp.Workspace("ci")  # type: ignore[call-arg]


@pytest.mark.parametrize("axis", [{"account": "ci"}, {"project": "1"}, {"workspace": 1}])
def test_a_target_and_a_session_exclude_every_axis(ws: Workspace, axis: dict[str, Any]) -> None:
    for other in ({"target": "shop"}, {"session": ws.session}):
        with pytest.raises(ValueError, match="exclude"):
            mp.Workspace(**other, **axis)
    with pytest.raises(ValueError, match="exclude"):
        mp.Workspace(target="shop", session=ws.session)


def test_a_session_is_used_as_it_is(
    ws: Workspace, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = ws.session
    config.write_text("not TOML")
    monkeypatch.setenv("MP_PROJECT_ID", "oops")
    monkeypatch.setenv("MP_IGNORE_ENV", "oops")
    with mp.Workspace(session=snapshot) as own:
        assert own.session is snapshot


def test_construction_sends_nothing_and_writes_nothing(
    home: Path, config: Path, opened: Opened, sandbox: Sandbox
) -> None:
    before = tree(home)
    opened()
    opened(account="lost")
    assert sandbox.requests == []
    assert tree(home) == before


@pytest.mark.parametrize("name", ["account", "project", "workspace", "session"])
def test_what_is_in_force_is_read_only(ws: Workspace, name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(ws, name, None)


def test_leaving_closes_and_a_later_call_opens_again(ws: Workspace) -> None:
    with ws:
        first = ws.http
    assert first.is_closed
    assert ws.events()


def test_unknown_names_are_errors_that_list_what_there_is(config: Path, opened: Opened) -> None:
    with pytest.raises(mp.AccountNotFoundError, match="ada, bare, ci, lost") as account:
        opened(account="nobody")
    with pytest.raises(mp.TargetNotFoundError, match="gone, shop, ten") as target:
        opened(target="nowhere")
    for caught in (account, target):
        assert isinstance(caught.value, mp.ConfigError)
        assert isinstance(caught.value, ValueError)


def test_h39_the_text_form_holds_no_secret(ws: Workspace, sandbox: Sandbox) -> None:
    ws.me()
    for text in (repr(ws), str(ws), repr(ws.session), repr(ws.explain()), repr(ws.account)):
        assert sandbox.identities[0].secret not in text


def test_threads_that_come_first_at_once_share_one_client(ws: Workspace) -> None:
    gate = threading.Barrier(8)

    def client() -> httpx.Client:
        gate.wait(60)
        return ws.http

    with ThreadPoolExecutor(8) as pool:
        found = {id(future.result(60)) for future in [pool.submit(client) for _ in range(8)]}
    assert found == {id(ws.http)}


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
    config: Path, opened: Opened, sandbox: Sandbox, arguments: dict[str, Any]
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


def test_h16_the_record_follows_switches_and_the_environment(
    ws: Workspace, opened: Opened, sandbox: Sandbox, env: dict[str, str]
) -> None:
    assert [axis.source for axis in ws.explain().axes] == ["active", "default_project", "active"]
    ws.use(project=TEN)
    project = ws.explain().project
    assert (project.source, project.origin, project.value) == ("parameter", "use() project=", TEN)
    as_identity(env, sandbox.identities[1], WEB)
    fresh = opened().explain()
    assert fresh.account.source == "environment"
    assert fresh.project.origin == "MP_PROJECT_ID"


def test_h16_a_session_that_was_given_says_so(ws: Workspace, opened: Opened) -> None:
    given = opened(session=ws.session).explain()
    assert {axis.source for axis in given.axes} == {"session"}
