"""`Workspace.use(persist=True)`: the switch becomes the default, in one write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mp_core as mp
from mp_core.sandbox import Sandbox
from mp_core.workspace import Workspace
from tests.support.home_files import configure, tables_in, tree
from tests.support.sandbox_accounts import NINE, TEN, WEB, Opened, as_identity, triple


def test_without_persist_nothing_on_disk_changes(ws: Workspace, home: Path) -> None:
    before = tree(home)
    ws.use(account="ada").use(project=NINE).use(workspace=92).use(target="ten")
    assert tree(home) == before


def test_persist_writes_all_three_axes(ws: Workspace, config: Path, opened: Opened) -> None:
    ws.use(account="ada", project=NINE, workspace=92, persist=True)
    written = tables_in(config)
    assert written["active"] == {"account": "ada", "workspace": 92}
    assert written["accounts"]["ada"]["default_project"] == NINE
    assert written["accounts"]["ci"]["default_project"] == WEB
    assert triple(opened()) == triple(ws) == ("ada", NINE, 92)


def test_h10_persisting_a_project_drops_the_pin_on_disk_too(
    ws: Workspace, config: Path, opened: Opened
) -> None:
    ws.use(project=TEN, persist=True)
    assert tables_in(config)["active"] == {"account": "ci"}
    assert triple(opened()) == ("ci", TEN, None)


def test_persist_without_a_switch_keeps_what_is_in_force(ws: Workspace, opened: Opened) -> None:
    ws.use(target="shop").use(persist=True)
    assert triple(opened()) == ("ada", WEB, 3448414)


def test_an_identity_of_the_environment_is_refused_before_anything_changes(
    config: Path, opened: Opened, sandbox: Sandbox, env: dict[str, str]
) -> None:
    as_identity(env, sandbox.identities[1], WEB)
    ws = opened()
    session, file = ws.session, config.read_bytes()
    with pytest.raises(mp.ConfigError, match="not the one in the configuration"):
        ws.use(project=TEN, persist=True)
    assert ws.session is session
    assert config.read_bytes() == file


@pytest.mark.parametrize("is_local", [False, True], ids=["unknown here", "of a local name"])
@pytest.mark.providers
def test_h10_a_bridges_account_is_refused_even_where_one_here_looks_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch, is_local: bool
) -> None:
    me = {"type": "oauth_browser", "region": "us", "default_project": WEB}
    path = configure(home, accounts={"me": me} if is_local else {})
    tokens = {
        "access_token": "fake-secret-bridge",
        "expires_at": "2999-01-01T00:00:00+00:00",
        "scope": "",
        "token_type": "Bearer",
    }
    bridge = home / "bridge.json"
    bridge.write_text(json.dumps({"version": 2, "account": {"name": "me", **me}, "tokens": tokens}))
    bridge.chmod(0o600)
    monkeypatch.setenv("MP_AUTH_FILE", str(bridge))
    before = path.read_bytes()
    with mp.Workspace() as ws:
        assert ws.explain().account.source == "bridge"
        with pytest.raises(mp.ConfigError, match="not the one in the configuration"):
            ws.use(project=TEN, persist=True)
        assert ws.project.id == WEB
    assert path.read_bytes() == before


def test_a_write_that_fails_leaves_the_session_too(ws: Workspace, config: Path) -> None:
    config.with_name("config.toml.lock").mkdir()
    session = ws.session
    with pytest.raises(mp.ConfigError, match="could not be written"):
        ws.use(project=TEN, persist=True)
    assert ws.session is session


def test_h15_the_me_cache_is_kept_and_refreshed_on_disk_after_persisting(
    ws: Workspace, home: Path, opened: Opened, sandbox: Sandbox
) -> None:
    ws.me()
    ws.use(project=TEN, persist=True)
    ws.me()
    assert len(sandbox.requests) == 1
    file = home / ".mp/accounts/ci/me.json"
    before = file.read_bytes()
    ws.me(refresh=True)
    assert file.read_bytes() != before
    assert opened().me().user_id == 501
    assert len(sandbox.requests) == 2
