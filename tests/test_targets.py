"""`mp.targets`: named triples of account, project and workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mp_core._runtime.context import Context
from mp_core._values.session import Target
from mp_core.errors import (
    AccountNotFoundError,
    ConfigError,
    CredentialWarning,
    ProviderNotInstalledError,
    TargetNotFoundError,
)
from mp_core.targets import Targets
from tests.support.fake_providers import BADGE_BLOCK
from tests.support.home_files import configure, tables_in

TABLES: dict[str, Any] = {
    "active": {"account": "a", "workspace": 11},
    "accounts": {
        "a": BADGE_BLOCK,
        "b": {**BADGE_BLOCK, "default_project": "2"},
        "broken": {**BADGE_BLOCK, "region": "mars"},
        "foreign": {**BADGE_BLOCK, "type": "unheard"},
    },
    "targets": {
        "far": {"account": "b", "project": "5", "workspace": 55},
        "bare": {"account": "b", "project": "5"},
        "same": {"account": "a", "project": "1"},
        "dead": {"account": "nobody", "project": "5"},
        "sick": {"account": "broken", "project": "5"},
        "away": {"account": "foreign", "project": "5"},
    },
}


@pytest.fixture
def path(home: Path) -> Path:
    return configure(home, **TABLES)


@pytest.fixture
def targets(context: Context, path: Path) -> Targets:
    return Targets(context)


def test_targets_come_by_name(targets: Targets) -> None:
    assert [target.name for target in targets.list()] == sorted(TABLES["targets"])


def test_h17_a_broken_one_hides_no_other_and_is_said(targets: Targets, home: Path) -> None:
    good = {"account": "a", "project": "1"}
    configure(home, targets={"one": good, "two": {**good, "project": "x"}, "three": 3})
    with pytest.warns(CredentialWarning) as caught:
        assert targets.list() == [Target(name="one", account="a", project="1")]
    assert len(caught) == 2
    assert "[targets.three]" in str(caught[0].message)


def test_one_is_shown_with_its_three_axes(targets: Targets) -> None:
    shown = targets.show("far")
    assert shown == Target(name="far", account="b", project="5", workspace=55)


def test_what_is_added_is_returned_and_written(targets: Targets, path: Path) -> None:
    added = targets.add("new", account="a", project=7, workspace=77)
    assert added == Target(name="new", account="a", project="7", workspace=77)
    expected = {"account": "a", "project": "7", "workspace": 77}
    assert tables_in(path) == {**TABLES, "targets": {**TABLES["targets"], "new": expected}}
    targets.add("bare2", account="a", project="7")
    assert tables_in(path)["targets"]["bare2"] == {"account": "a", "project": "7"}


def test_h50_a_target_may_wait_for_an_account_that_cannot_be_used_yet(
    targets: Targets, path: Path
) -> None:
    for account in ("foreign", "broken"):
        targets.add(f"for-{account}", account=account, project="1")
    assert {"for-foreign", "for-broken"} <= tables_in(path)["targets"].keys()


@pytest.mark.parametrize(
    ("name", "change", "error"),
    [
        ("far", {}, ConfigError),
        ("no blanks", {}, ConfigError),
        ("", {}, ConfigError),
        ("x" * 65, {}, ConfigError),
        ("new", {"account": "nobody"}, AccountNotFoundError),
        ("new", {"project": "ten"}, ConfigError),
        ("new", {"project": -1}, ConfigError),
        ("new", {"workspace": 0}, ConfigError),
        ("new", {"workspace": True}, ConfigError),
    ],
    ids=str,
)
def test_what_is_taken_missing_or_invalid_is_refused_and_nothing_is_written(
    targets: Targets, path: Path, name: str, change: dict[str, Any], error: type[ConfigError]
) -> None:
    before = path.read_bytes()
    with pytest.raises(error):
        targets.add(name, **{"account": "a", "project": "1", **change})
    assert path.read_bytes() == before


def test_h10_using_one_sets_all_three_axes_at_once(targets: Targets, path: Path) -> None:
    assert targets.use("far").workspace == 55
    after = tables_in(path)
    assert after["active"] == {"account": "b", "workspace": 55}
    assert after["accounts"]["b"]["default_project"] == "5"
    assert after["accounts"]["a"] == TABLES["accounts"]["a"]


@pytest.mark.parametrize(("name", "account"), [("bare", "b"), ("same", "a")])
def test_h10_one_without_a_workspace_clears_the_pin(
    targets: Targets, path: Path, name: str, account: str
) -> None:
    targets.use(name)
    assert tables_in(path)["active"] == {"account": account}


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("nowhere", TargetNotFoundError),
        ("dead", AccountNotFoundError),
        ("sick", ConfigError),
        ("away", ProviderNotInstalledError),
    ],
)
def test_h19_one_whose_account_cannot_be_used_changes_nothing(
    targets: Targets, path: Path, name: str, error: type[ConfigError]
) -> None:
    before = path.read_bytes()
    with pytest.raises(error):
        targets.use(name)
    assert path.read_bytes() == before


def test_removing_one_leaves_its_account_and_what_is_in_force(targets: Targets, path: Path) -> None:
    targets.use("far")
    before = tables_in(path)
    targets.remove("far")
    del before["targets"]["far"]
    assert tables_in(path) == before


@pytest.mark.parametrize("name", ["dead", "sick", "away"])
def test_one_that_leads_nowhere_can_be_removed(targets: Targets, path: Path, name: str) -> None:
    targets.remove(name)
    assert name not in tables_in(path)["targets"]


@pytest.mark.parametrize("ask", ["show", "use", "remove"])
def test_an_unknown_name_is_both_kinds_of_error_and_lists_what_there_is(
    targets: Targets, ask: str
) -> None:
    with pytest.raises(TargetNotFoundError, match="away, bare, dead, far, same, sick") as caught:
        getattr(targets, ask)("nowhere")
    assert isinstance(caught.value, ConfigError)
    assert isinstance(caught.value, ValueError)
