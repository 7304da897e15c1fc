"""Whose a login is: of one configuration file, one type and one region, and of nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mp_core._doctor.examination import examine
from mp_core._runtime.context import Context
from mp_core._tokens.binding import FOREIGN
from mp_core.accounts import Accounts
from mp_core.errors import MpError
from mp_core.sandbox import Sandbox
from tests.support.fake_providers import BADGE_BLOCK
from tests.support.home_files import configure, tree
from tests.support.sandbox_accounts import Desk, badge_of

PASS: dict[str, Any] = {"type": "pass", "region": "us", "default_project": "9"}


@pytest.fixture
def elsewhere(home: Path) -> Path:
    """Another configuration file, which knows the same names."""
    path = home / "b.toml"
    path.write_bytes(configure(home, accounts={"me": PASS}).read_bytes())
    path.chmod(0o600)
    return path


@pytest.fixture
def mine(context: Context, elsewhere: Path) -> Accounts:
    """The accounts of the configuration below the storage root, logged in."""
    accounts = Accounts(context)
    accounts.login("me", open_browser=False)
    return accounts


@pytest.fixture
def others(context: Context, elsewhere: Path) -> Context:
    """The surroundings of the other configuration file."""
    return replace(context, env={**context.env, "MP_CONFIG_PATH": str(elsewhere)})


@pytest.fixture
def theirs(others: Context) -> Accounts:
    """The accounts of the other configuration file."""
    return Accounts(others)


ACTS: dict[str, Callable[[Accounts], object]] = {
    "token": lambda accounts: accounts.token("me"),
    "login": lambda accounts: accounts.login("me", open_browser=False),
    "logout": lambda accounts: accounts.logout("me"),
    "remove": lambda accounts: accounts.remove("me"),
    "region": lambda accounts: accounts.update("me", region="eu"),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_h65_a_login_of_another_configuration_file_is_left_alone(
    mine: Accounts, theirs: Accounts, home: Path, desk: Desk, act: Callable[[Accounts], object]
) -> None:
    before = tree(home / ".mp")
    with pytest.raises(MpError) as caught:
        act(theirs)
    assert caught.value.code == FOREIGN
    for file in (home / ".mp" / "config.toml", home / "b.toml"):
        assert str(file) in caught.value.message
    assert "MP_STORAGE_DIR" in (caught.value.hint or "")
    assert tree(home / ".mp") == before
    assert (desk.revoked, len(desk.commands)) == ([], 1), "nobody was asked or logged out"
    assert mine.token("me")


def test_h65_an_account_is_not_added_over_a_login_of_another_configuration_file(
    mine: Accounts, theirs: Accounts, home: Path, elsewhere: Path
) -> None:
    elsewhere.write_text("")
    before = tree(home)
    with pytest.raises(MpError, match="it was left as it is") as caught:
        theirs.add("me", **PASS)
    assert caught.value.code == FOREIGN
    assert tree(home) == before


def test_h65_doctor_moves_nothing_that_belongs_to_another_configuration_file(
    mine: Accounts, others: Context, home: Path, elsewhere: Path
) -> None:
    elsewhere.write_text("")
    before = tree(home)
    found = [each for each in examine(others, fix=True) if each.subject.endswith("accounts/me")]
    assert [each.level for each in found] == ["ok"]
    assert str(home / ".mp" / "config.toml") in found[0].message
    assert tree(home) == before


@pytest.mark.parametrize("change", [{"type": "ticket", "token": "fake"}, {"region": "eu"}], ids=str)
def test_h65_a_login_of_another_type_or_region_is_left_alone(
    mine: Accounts, home: Path, change: dict[str, str]
) -> None:
    before = tree(home / ".mp" / "accounts")
    configure(home, accounts={"me": {**PASS, **change}})
    for act in (mine.logout, mine.remove):
        with pytest.raises(MpError, match="it was left as it is"):
            act("me")
    assert tree(home / ".mp" / "accounts") == before


def test_h65_lists_tests_and_doctor_say_it_and_go_on(
    mine: Accounts, theirs: Accounts, others: Context, home: Path, elsewhere: Path
) -> None:
    before = tree(home / ".mp")
    (listed,) = theirs.list()
    assert (listed.status, listed.expires_at) == ("needs_login", None)
    for text in (listed.reason, theirs.show("me").reason, theirs.test("me").error):
        assert str(elsewhere) in (text or "")
        assert str(home / ".mp" / "config.toml") in (text or "")
    found = [each for each in examine(others) if each.check == "accounts"]
    assert [(each.level, each.fix) for each in found] == [("warning", None)]
    assert str(elsewhere) in found[0].message
    assert tree(home / ".mp") == before


def caches(home: Path) -> dict[str, bytes]:
    found = tree(home / ".mp" / "accounts")
    return {path: content for path, content in found.items() if "owner" not in path}


def test_h65_caches_alone_are_in_nobodys_way(
    context: Context, others: Context, home: Path, elsewhere: Path, sandbox: Sandbox
) -> None:
    ci = sandbox.identities[0]
    elsewhere.write_bytes(configure(home, accounts={"ci": badge_of(ci, "10")}).read_bytes())
    assert Accounts(context).test("ci").ok
    before = caches(home)
    assert Accounts(others).show("ci").status == "untested"
    assert Accounts(others).test("ci").ok
    Accounts(others).logout("ci")
    Accounts(others).remove("ci")
    Accounts(others).add("ci", **BADGE_BLOCK)
    assert caches(home) == before
    assert Accounts(context).show("ci").status == "ok"


def test_h65_a_home_that_moves_loses_nothing(mine: Accounts, home: Path, context: Context) -> None:
    token = mine.token("me")
    moved = home.rename(home.with_name("moved"))
    there = Accounts(replace(context, env={**context.env, "HOME": str(moved)}))
    assert there.token("me") == token
    assert there.show("me").status == "ok"


def test_h65_files_that_say_nothing_of_whose_they_are_serve_on(mine: Accounts, home: Path) -> None:
    token = mine.token("me")
    for file in (home / ".mp/accounts/me").glob("*.json"):
        record = json.loads(file.read_text())
        kept = {key: record[key] for key in record if key not in ("config", "account", "type")}
        file.write_text(json.dumps(kept))
    assert mine.token("me") == token
    assert mine.show("me").status == "ok"
    assert mine.logout("me").revoked


class TestRegion:
    def test_h65_the_login_of_a_region_goes_when_the_person_changes_it_and_the_owner_stays(
        self, mine: Accounts, home: Path, desk: Desk
    ) -> None:
        token = mine.token("me")
        assert mine.update("me", region="eu").status == "needs_login"
        assert desk.revoked == [token]
        assert set(tree(home / ".mp")) == {"config.toml", "accounts/me/owner.json"}

    def test_h65_it_stays_when_something_else_changes(self, mine: Accounts, desk: Desk) -> None:
        token = mine.token("me")
        mine.update("me", default_project="10")
        assert (mine.token("me"), desk.revoked) == (token, [])
