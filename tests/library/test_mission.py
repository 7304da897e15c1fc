"""A configuration written by hand goes through everything that changes it, and keeps all it should.

It holds accounts of three types, one of them of a provider that is not installed; targets,
settings, comments, odd spelling, and tables that nobody knows.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mp_core as mp
from mp_core.sandbox import Sandbox
from tests.support.handwritten_config import CONFIG, FOREIGN, paths, split
from tests.support.home_files import write_config

pytestmark = pytest.mark.providers


@pytest.fixture
def config(home: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration, beside a Mixpanel that knows its credentials."""
    monkeypatch.setenv("MP_API_BASE_URL", sandbox.url)
    monkeypatch.setenv("NIGHT_TOKEN", "fake-token-of-ada")
    return write_config(home, CONFIG)


def persist(**axes: Any) -> None:
    with mp.Workspace() as ws:
        ws.use(persist=True, **axes)


def add() -> None:
    mp.accounts.add("new", type="oauth_token", region="in", default_project="9", token="t-1")


CHANGES: dict[str, tuple[Callable[[], object], set[str]]] = {
    "accounts.add": (add, {"accounts.new"}),
    "accounts.update of a secret": (
        lambda: mp.accounts.update("team", username="ada.fake.robot", secret="fake-secret-of-ada"),
        {"accounts.team"},
    ),
    "accounts.update of the project": (
        lambda: mp.accounts.update("team", default_project="10"),
        {"accounts.team", "active"},
    ),
    "accounts.update from variable to token": (
        lambda: mp.accounts.update("night", token="fake-token-of-ada"),
        {"accounts.night"},
    ),
    "accounts.use": (lambda: mp.accounts.use("night"), {"active"}),
    "accounts.remove": (lambda: mp.accounts.remove("night"), {"accounts.night"}),
    "accounts.remove of the active one": (
        lambda: mp.accounts.remove("team", force=True),
        {"accounts.team", "active"},
    ),
    "accounts.logout": (lambda: mp.accounts.logout("team"), set()),
    "accounts.logout of a missing provider": (lambda: mp.accounts.logout("sso"), set()),
    "accounts.test": (lambda: mp.accounts.test("team"), set()),
    "targets.add": (
        lambda: mp.targets.add("owls", account="night", project="10", workspace=101),
        {"targets.owls"},
    ),
    "targets.add of a missing provider": (
        lambda: mp.targets.add("owls", account="sso", project="77"),
        {"targets.owls"},
    ),
    "targets.use": (lambda: mp.targets.use("ecom"), set()),
    "targets.remove": (lambda: mp.targets.remove("ecom"), {"targets.ecom"}),
    "targets.remove of a missing provider": (lambda: mp.targets.remove("far"), {"targets.far"}),
    "session.use of an account": (lambda: mp.session.use(account="night"), {"active"}),
    "session.use of a project": (
        lambda: mp.session.use(project="3018489"),
        {"accounts.team", "active"},
    ),
    "session.use of a workspace": (lambda: mp.session.use(workspace=3448413), {"active"}),
    "session.use of all": (
        lambda: mp.session.use(account="night", project="9", workspace=91),
        {"active", "accounts.night"},
    ),
    "session.use of a target": (lambda: mp.session.use(target="ecom"), set()),
    "Workspace.use of an account": (lambda: persist(account="night"), {"active"}),
    "Workspace.use of a project": (
        lambda: persist(project="3018489"),
        {"accounts.team", "active"},
    ),
    "Workspace.use of a workspace": (lambda: persist(workspace=3448413), {"active"}),
    "Workspace.use of a target": (lambda: persist(target="ecom"), set()),
}
"""What changes the file, and the tables that it may touch."""


@pytest.mark.parametrize("change", CHANGES)
def test_h58_a_change_touches_its_own_tables_alone(config: Path, change: str) -> None:
    act, touched = CHANGES[change]
    act()
    after = config.read_text()
    (before_tables, comments), (after_tables, still) = split(CONFIG), split(after)
    assert still == comments
    assert {name for name in before_tables | after_tables if name in touched} == touched
    for name in (before_tables | after_tables).keys() - touched:
        assert after_tables.get(name) == before_tables.get(name)
    if not touched:
        assert after == CONFIG


@pytest.mark.parametrize("change", CHANGES)
def test_h58_a_change_changes_no_value_outside_its_tables(config: Path, change: str) -> None:
    act, touched = CHANGES[change]
    act()
    before, after = paths(tomllib.loads(CONFIG)), paths(tomllib.loads(config.read_text()))
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed == touched


@pytest.mark.parametrize("change", CHANGES)
def test_h50_the_block_of_a_missing_provider_stays_byte_for_byte(config: Path, change: str) -> None:
    CHANGES[change][0]()
    assert FOREIGN.encode() in config.read_bytes()


@pytest.mark.parametrize("change", CHANGES)
def test_h58_what_stays_of_a_table_that_is_touched_keeps_its_lines_and_comments(
    config: Path, change: str
) -> None:
    act, touched = CHANGES[change]
    act()
    before, after = paths(tomllib.loads(CONFIG)), paths(tomllib.loads(config.read_text()))
    before_tables, after_tables = split(CONFIG)[0], split(config.read_text())[0]
    for name in touched & before.keys() & after.keys():
        lost = {key for key in before[name] if before[name][key] != after[name].get(key)}
        for line in before_tables[name]:
            assert line in after_tables[name] or line.partition("=")[0].strip() in lost


@pytest.mark.parametrize(
    "fail",
    [
        lambda: mp.accounts.use("sso"),
        lambda: mp.session.use(account="sso"),
        lambda: mp.targets.use("far"),
        lambda: mp.session.use(target="far"),
        lambda: persist(account="sso"),
        lambda: persist(target="far"),
        lambda: mp.accounts.update("sso", default_project="1"),
        lambda: mp.accounts.add("sso", type="oauth_token", region="us", token="t"),
        lambda: mp.accounts.add("new", type="acme_sso", region="us"),
        lambda: mp.accounts.remove("sso"),
        lambda: mp.targets.add("ecom", account="team", project="1"),
        lambda: mp.targets.add("new", account="nobody", project="1"),
        lambda: mp.accounts.update("team", secret="wrong"),
        lambda: mp.session.use(project="1", account="nobody"),
    ],
)
def test_what_is_refused_leaves_the_file_as_it_was(
    config: Path, fail: Callable[[], object]
) -> None:
    with pytest.raises(mp.MpError):
        fail()
    assert config.read_text() == CONFIG


def test_h50_an_account_of_a_missing_provider_is_listed_with_what_to_install(config: Path) -> None:
    (found,) = [account for account in mp.accounts.list() if account.name == "sso"]
    assert (found.type, found.region, found.status) == ("acme_sso", "eu", "provider_missing")
    assert found.referenced_by_targets == ["far"]
    assert "the distribution that provides 'acme_sso'" in (found.reason or "")
    assert config.read_text() == CONFIG


def test_h50_an_account_of_a_missing_provider_can_be_removed(config: Path) -> None:
    with pytest.raises(mp.AccountInUseError):
        mp.accounts.remove("sso")
    assert mp.accounts.remove("sso", force=True) == ["far"]
    after = tomllib.loads(config.read_text())
    expected = tomllib.loads(CONFIG)
    del expected["accounts"]["sso"]
    assert after == expected
    kept = CONFIG.replace(FOREIGN, "").splitlines()
    lost = "# Their plugin is on the build machines only."
    assert [line for line in config.read_text().splitlines() if line not in ("", lost)] == [
        line for line in kept if line
    ]


def test_h50_h58_all_changes_one_after_another(config: Path) -> None:
    """What is left is what was never touched, and the last word on what was."""
    add()
    mp.accounts.update("team", username="ada.fake.robot", secret="fake-secret-of-ada")
    mp.accounts.use("night")
    mp.accounts.logout("night")
    mp.targets.add("owls", account="night", project="10", workspace=101)
    mp.targets.use("owls")
    mp.session.use(account="team", project="9", workspace=91)
    persist(account="night")
    persist(project="77")
    mp.session.use(target="ecom")
    mp.targets.remove("owls")
    mp.accounts.remove("new")
    mp.accounts.remove("night")
    mp.targets.use("ecom")

    assert FOREIGN.encode() in config.read_bytes()
    expected = tomllib.loads(CONFIG)
    expected["accounts"]["team"].update(username="ada.fake.robot", secret="fake-secret-of-ada")
    del expected["accounts"]["night"]
    assert tomllib.loads(config.read_text()) == expected
    (before, comments), (after, still) = split(CONFIG), split(config.read_text())
    assert still == comments
    for name in before.keys() - {"active", "accounts.team", "accounts.night"}:
        assert after[name] == before[name]
    assert after["accounts.team"][:4] == before["accounts.team"][:4]
    assert oct(config.stat().st_mode & 0o777) == "0o600"


def test_the_account_that_survived_still_works(config: Path) -> None:
    add()
    mp.accounts.remove("new")
    with mp.Workspace(target="ecom") as ws:
        assert ws.me().user_email == "ci@robots.example"
        assert ws.session.headers["x-team"] == "blue"
