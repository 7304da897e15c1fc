"""Edits of the configuration: what each one changes, and all that it leaves alone."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core._config.document import ConfigDocument
from mp_core._config.edit import ConfigEdit
from mp_core._values.session import ActiveSession, Target
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account, reveal
from tests.support.fake_providers import HOST, PassAccount, badge

KEPT = """\
# Ask Ann before you change this.
[settings]  # of all
theme = "dark"

[accounts.sso]  # of a provider that is not installed
type    = 'acme_sso'
realms = [ "a",  # first
  "b" ]

[reports]
weekly = true
"""


def editing(text: str) -> ConfigEdit:
    return ConfigEdit(text, ConfigDocument.parsed(None, text, HOST))


@pytest.fixture
def edit() -> ConfigEdit:
    edit = editing(KEPT)
    edit.put_account(badge("team", default_project="7"))
    edit.put_account(PassAccount(name="me", region="eu"))
    edit.put_target(Target(name="ecom", account="team", project="7", workspace=8))
    edit.activate("team", 8)
    return edit


def test_an_account_that_is_removed_leaves_nothing_active(edit: ConfigEdit) -> None:
    edit.remove_account("me")
    assert edit.document.active == ActiveSession(account="team", workspace=8)
    edit.remove_account("team")
    assert edit.document.active == ActiveSession()
    assert edit.document.target_names() == ["ecom"]


def test_targets_come_and_go(edit: ConfigEdit) -> None:
    target = Target(name="new", account="me", project="9")
    edit.put_target(target)
    assert edit.document.target("new") == target
    edit.remove_target("ecom")
    assert edit.document.target_names() == ["new"]


def test_both_keys_of_the_active_table_are_set(edit: ConfigEdit) -> None:
    edit.activate("me")
    assert edit.document.active == ActiveSession(account="me")
    edit.pin_workspace(9)
    assert edit.document.active == ActiveSession(account="me", workspace=9)
    edit.pin_workspace(None)
    edit.activate(None)
    assert edit.document.active == ActiveSession()


@pytest.mark.parametrize(
    ("change", "keeps"),
    [
        (lambda edit: edit.set_default_project("team", "7"), True),
        (lambda edit: edit.set_default_project("team", "9"), False),
        (lambda edit: edit.set_default_project("me", "9"), True),
        (lambda edit: edit.put_account(badge("team", default_project="7", username="b")), True),
        (lambda edit: edit.put_account(badge("team", default_project="9")), False),
        (lambda edit: edit.put_account(badge("team")), False),
        (
            lambda edit: edit.put_account(badge("team", default_project="7", region="eu")),
            False,
        ),
        (lambda edit: edit.put_account(badge("new", default_project="9")), True),
    ],
)
def test_h10_a_pin_does_not_outlive_the_project_that_it_was_made_for(
    edit: ConfigEdit, change: Callable[[ConfigEdit], None], keeps: bool
) -> None:
    change(edit)
    assert edit.document.active == ActiveSession(account="team", workspace=8 if keeps else None)


def test_h17_a_broken_active_table_stops_no_edit_of_accounts() -> None:
    text = '[active]\nworksapce = 8\n\n[accounts.me]\ntype = "pass"\nregion = "eu"\n'
    edit = editing(text)
    edit.put_account(badge("team"))
    edit.set_default_project("me", "9")
    edit.remove_account("team")
    assert edit.outcome()[0].startswith(text.rstrip())
    with pytest.raises(ConfigError, match="worksapce"):
        edit.pin_workspace(8)
    edit.activate("me")
    assert edit.document.active == ActiveSession(account="me")


NAMES = ("team", "me", "a-1", "_")
IDS = st.from_regex(r"[0-9]{1,9}", fullmatch=True)
ACCOUNTS = st.builds(
    badge,
    st.sampled_from(NAMES),
    region=st.sampled_from(["us", "eu", "in"]),
    default_project=st.none() | IDS,
    username=st.text(min_size=1),
    secret=st.text(min_size=1),
    lanyard=st.none() | st.text(),
)
TARGETS = st.builds(
    Target,
    name=st.sampled_from(NAMES),
    account=st.sampled_from(NAMES),
    project=IDS,
    workspace=st.none() | st.integers(1, 2**53),
)
STEPS = st.lists(
    ACCOUNTS
    | TARGETS
    | st.tuples(st.sampled_from(["account", "target"]), st.sampled_from(NAMES))
    | st.builds(ActiveSession, account=st.sampled_from(NAMES), workspace=st.none() | st.just(5)),
    max_size=8,
)


@dataclass
class Model:
    """What the file should hold, by a second and simpler account of it."""

    accounts: dict[str, Account] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)

    def take(self, edit: ConfigEdit, step: Any) -> None:
        if isinstance(step, Account):
            self.accounts[step.name] = step
            edit.put_account(step)
        elif isinstance(step, Target):
            self.targets[step.name] = step
            edit.put_target(step)
        elif isinstance(step, ActiveSession):
            edit.activate(step.account, step.workspace)
            assert edit.document.active == step
        elif step[0] == "account":
            self.accounts.pop(step[1], None)
            edit.remove_account(step[1])
        else:
            self.targets.pop(step[1], None)
            edit.remove_target(step[1])


@given(STEPS)
def test_h58_what_was_put_is_read_again_and_all_else_keeps_its_bytes(steps: list[Any]) -> None:
    edit, model = editing(KEPT), Model()
    for step in steps:
        model.take(edit, step)
    text = edit.outcome()[0]
    again = ConfigDocument.parsed(None, text, HOST)
    names = [name for name in again.account_names() if name != "sso"]
    assert {name: again.account(name) for name in names} == model.accounts
    assert {name: again.target(name) for name in again.target_names()} == model.targets
    tables = tomllib.loads(text)
    for name in names:
        assert tables["accounts"][name] == reveal(model.accounts[name])
    assert all(block in text for block in KEPT.split("\n\n"))
