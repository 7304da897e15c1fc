"""`mp.session`: the default account, project and workspace on disk, changed all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mp_core._runtime.context import Context
from mp_core._values.session import ActiveSession
from mp_core.errors import ConfigError
from mp_core.session import DefaultSession
from tests.support.fake_providers import BADGE_BLOCK
from tests.support.home_files import configure, tables_in
from tests.support.sandbox_accounts import Opened, triple

ACCOUNTS: dict[str, Any] = {
    "a": BADGE_BLOCK,
    "b": {**BADGE_BLOCK, "default_project": "2"},
    "me": {"type": "pass", "region": "us"},
    "broken": {**BADGE_BLOCK, "region": "mars"},
    "foreign": {**BADGE_BLOCK, "type": "unheard"},
}
TARGETS = {
    "far": {"account": "b", "project": "5", "workspace": 55},
    "same": {"account": "a", "project": "1"},
    "away": {"account": "foreign", "project": "5"},
}


@pytest.fixture
def path(home: Path) -> Path:
    active = {"account": "a", "workspace": 11}
    return configure(home, active=active, accounts=ACCOUNTS, targets=TARGETS)


@pytest.fixture
def session(context: Context, path: Path) -> DefaultSession:
    return DefaultSession(context)


def written(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The table `[active]`, and the default project of every account that has one."""
    tables = tables_in(path)
    blocks = tables["accounts"].items()
    projects = {name: b["default_project"] for name, b in blocks if "default_project" in b}
    return tables.get("active", {}), projects


def test_what_is_shown_is_the_table(session: DefaultSession) -> None:
    assert session.show() == ActiveSession(account="a", workspace=11)


def test_without_a_table_nothing_is_active(session: DefaultSession, home: Path) -> None:
    configure(home)
    assert session.show() == ActiveSession()


def test_a_legacy_key_is_reported_and_not_ignored(session: DefaultSession, home: Path) -> None:
    configure(home, active={"account": "a", "project": "1"})
    with pytest.raises(ConfigError, match=r"\[active\].project"):
        session.show()


@pytest.mark.parametrize(
    ("asked", "active", "changed"),
    [
        ({}, {"account": "a", "workspace": 11}, {}),
        ({"account": "b"}, {"account": "b"}, {}),
        ({"account": "a"}, {"account": "a", "workspace": 11}, {}),
        ({"project": "9"}, {"account": "a"}, {"a": "9"}),
        ({"project": 9}, {"account": "a"}, {"a": "9"}),
        ({"project": "1"}, {"account": "a", "workspace": 11}, {}),
        ({"workspace": 12}, {"account": "a", "workspace": 12}, {}),
        ({"project": "9", "workspace": 12}, {"account": "a", "workspace": 12}, {"a": "9"}),
        ({"account": "b", "project": "9"}, {"account": "b"}, {"b": "9"}),
        ({"account": "b", "workspace": 12}, {"account": "b", "workspace": 12}, {}),
        (
            {"account": "me", "project": "9", "workspace": 12},
            {"account": "me", "workspace": 12},
            {"me": "9"},
        ),
        ({"target": "far"}, {"account": "b", "workspace": 55}, {"b": "5"}),
        ({"target": "same"}, {"account": "a"}, {}),
    ],
    ids=str,
)
def test_h10_what_is_given_is_written_and_a_pin_never_outlives_its_account_and_project(
    session: DefaultSession,
    path: Path,
    asked: dict[str, Any],
    active: dict[str, Any],
    changed: dict[str, str],
) -> None:
    _, projects = written(path)
    assert session.use(**asked) == ActiveSession(**active)
    assert written(path) == (active, {**projects, **changed})


@pytest.mark.parametrize("axis", [{"account": "a"}, {"project": "1"}, {"workspace": 1}])
def test_a_target_excludes_the_rest(session: DefaultSession, axis: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="target excludes"):
        session.use(target="far", **axis)


@pytest.mark.parametrize(
    "asked",
    [
        {"account": "nobody"},
        {"account": "broken"},
        {"account": "foreign", "project": "9"},
        {"account": "b", "project": "ten"},
        {"account": "b", "workspace": 0},
        {"account": "me", "workspace": 12},
        {"target": "nowhere"},
        {"target": "away"},
    ],
    ids=str,
)
def test_what_cannot_be_used_is_refused_and_nothing_is_written(
    session: DefaultSession, path: Path, asked: dict[str, Any]
) -> None:
    before = path.read_bytes()
    with pytest.raises(ConfigError):
        session.use(**asked)
    assert path.read_bytes() == before


@pytest.mark.parametrize("asked", [{"project": "9"}, {"workspace": 12}])
def test_without_an_active_account_there_is_nothing_to_set_them_for(
    session: DefaultSession, home: Path, asked: dict[str, Any]
) -> None:
    configure(home, accounts=ACCOUNTS)
    with pytest.raises(ConfigError, match="no active account") as caught:
        session.use(**asked)
    assert "mp account use" in str(caught.value.hint)


@pytest.mark.parametrize("name", ["broken", "foreign"])
@pytest.mark.parametrize("asked", [{"project": "9"}, {"workspace": 12}])
def test_h50_the_block_of_an_account_that_cannot_be_used_stays_as_it_is(
    session: DefaultSession, home: Path, name: str, asked: dict[str, Any]
) -> None:
    path = configure(home, active={"account": name}, accounts=ACCOUNTS)
    before = path.read_bytes()
    with pytest.raises(ConfigError):
        session.use(**asked)
    assert path.read_bytes() == before


def test_a_pin_without_a_project_would_apply_to_nothing_and_is_refused(
    session: DefaultSession, home: Path
) -> None:
    configure(home, active={"account": "me"}, accounts=ACCOUNTS)
    with pytest.raises(ConfigError, match="no default project") as caught:
        session.use(workspace=12)
    assert caught.value.code == "NO_PROJECT"


def test_what_is_written_is_what_the_next_workspace_begins_with(
    session: DefaultSession, opened: Opened
) -> None:
    session.use(account="b", project="9", workspace=12)
    assert triple(opened()) == ("b", "9", 12)
    session.use(project="8")
    assert triple(opened()) == ("b", "8", None)
