"""What a home of the campaign must hold, after what its processes have said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.campaign.home import Account, Home
from tests.campaign.journal import Job, Journal
from tests.campaign.server import Manner


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, accounts={"ada": Account("L1")})


def told(*events: tuple[Any, ...]) -> Journal:
    """A process that has said these words about these steps."""
    lines = [
        {"at": 0.0, "word": word, "step": step, "login": "L2", "code": "CODE"}
        for word, *step in events
    ]
    return Journal(Job(Manner(1, 0, 0, 0, 1), ()), events=lines)


def test_what_was_added_must_be_there_with_its_login(home: Home) -> None:
    home.learn(told(("begin", "add", "bob", ""), ("end", "add", "bob", "")))
    assert home.accounts["bob"] == Account("L2")


@pytest.mark.parametrize("verb", ["add", "renew", "relogin", "remove", "rename"])
def test_what_is_being_changed_when_a_process_is_killed_need_not_be_there(
    home: Home, verb: str
) -> None:
    home.learn(told(("begin", verb, "ada", "eve" if verb == "rename" else "")))
    assert not any(account.is_certain for account in home.accounts.values())


@pytest.mark.parametrize("verb", ["remove", "rename"])
def test_what_fails_and_names_nothing_that_is_left_has_changed_nothing(
    home: Home, verb: str
) -> None:
    new = "eve" if verb == "rename" else ""
    home.learn(told(("begin", verb, "ada", new), ("failed", verb, "ada", new)))
    assert home.accounts == {"ada": Account("L1")}
    assert not home.take_renamed()


def test_a_login_goes_with_its_new_name(home: Home) -> None:
    home.learn(told(("begin", "rename", "ada", "eve"), ("end", "rename", "ada", "eve")))
    assert home.accounts == {"eve": Account("L1")}


def test_a_login_whose_renaming_was_cut_short_must_be_under_either_name(home: Home) -> None:
    home.learn(told(("begin", "rename", "ada", "eve")))
    assert home.take_renamed() == {("ada", "eve"): "L1"}


def test_targets_count_once_their_adding_has_ended(home: Home) -> None:
    home.learn(told(("begin", "target", "ada", "shop"), ("end", "target", "ada", "shop")))
    home.learn(told(("begin", "target", "ada", "half")))
    assert home.targets == {"shop": True, "half": False}


def test_only_whole_files_hold_tokens(home: Home) -> None:
    directory = home.path / "accounts" / "ada"
    directory.mkdir(parents=True)
    (directory / "tokens.json").write_text('{"refresh_token": "r.L1.4"}\n')
    (directory / ".tokens.json.temporary").write_text('{"refresh_token": "r.L1.5"}      ')
    (directory / ".tokens.json.torn").write_text('{"refresh_token": "r.L1.6"')
    assert home.complete_tokens() == {"r.L1.4", "r.L1.5"}


def test_broken_files_are_found(home: Home) -> None:
    (home.path / "config.toml").write_text("[active")
    (home.path / "tokens.json").write_text("")
    (home.path / "me.json").write_text("{}")
    assert {Path(path).name for path in home.corrupt()} == {"config.toml", "tokens.json"}
