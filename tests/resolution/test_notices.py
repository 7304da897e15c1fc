"""What a resolution says to people: every way out, and no way that does not work."""

from __future__ import annotations

import pytest

from mp_core._resolution.notices import warn_of_incomplete, warn_of_overrides
from mp_core._resolution.record import Axis, AxisName, Offer, Source
from mp_core.errors import AccountNotFoundError, ConfigError, TargetNotFoundError
from mp_core.plugin.environment import EnvAccount
from tests.support.resolver_inputs import (
    TWO,
    block,
    bridge,
    heard,
    resolved,
)


def test_unknown_names_are_both_kinds_of_error_and_list_what_there_is() -> None:
    with pytest.raises(AccountNotFoundError, match="other, team") as account:
        resolved(account="nobody")
    with pytest.raises(TargetNotFoundError, match="ecom") as target:
        resolved(target="nowhere")
    for caught in (account, target):
        assert isinstance(caught.value, ConfigError)
        assert isinstance(caught.value, ValueError)


def commands(error: ConfigError) -> list[str]:
    return [line.strip() for line in str(error.hint).splitlines()[1:]]


def test_no_account_lists_every_way_to_select_one_as_commands() -> None:
    with pytest.raises(ConfigError, match="team") as caught:
        resolved({key: value for key, value in TWO.items() if key != "active"})
    found = commands(caught.value)
    assert all(command.startswith(("mp ", "export ")) for command in found)
    for way in (
        "mp account use NAME",
        "mp --account NAME",
        "mp --target NAME",
        "mp account add NAME",
        "export MP_USERNAME=… MP_SECRET=…",
        "export MP_OAUTH_TOKEN=…",
        "export MP_AUTH_FILE=",
    ):
        assert any(command.startswith(way) for command in found), way


def test_no_account_at_all_lists_only_ways_that_work() -> None:
    with pytest.raises(ConfigError) as caught:
        resolved({})
    found = commands(caught.value)
    assert not any(command.startswith(("mp account use", "mp --")) for command in found)
    assert found[0] == "mp login"
    assert any(command.startswith("mp account add") for command in found)


def test_no_project_names_the_account_and_every_way_to_give_it_one() -> None:
    tables = TWO | {"accounts": {"team": block()}}
    with pytest.raises(ConfigError, match="'team'") as caught:
        resolved(tables)
    found = commands(caught.value)
    for way in (
        "mp --project ID",
        "mp account update team --default-project ID",
        "export MP_PROJECT_ID=",
        "mp --target NAME",
    ):
        assert any(command.startswith(way) for command in found), way


def test_no_project_of_a_bridge_lists_no_change_of_an_account_that_is_not_here() -> None:
    with pytest.raises(ConfigError, match="'far'") as caught:
        resolved(found=bridge("far"))
    found = commands(caught.value)
    assert not any("account update" in command for command in found)
    assert any(command.startswith("mp --project ID") for command in found)


def report(have: str, lack: str = "") -> EnvAccount:
    return EnvAccount(1, tuple(have.split()), missing=tuple(lack.split()))


@pytest.mark.parametrize(
    ("identities", "explained", "said"),
    [
        ([], "", []),
        ([report("A B C")], "", []),
        ([report("A", "B C")], "", ["A set, missing B, C."]),
        ([report("A", "B C")], "A", []),
        ([report("P A", "B"), report("P", "X Y")], "P", ["P, A set, missing B."]),
        ([report("P A", "B"), report("P X", "Y")], "P", ["P, A, X set, missing B, or Y."]),
        ([report("R A", "B"), report("R", "X Y")], "", ["R, A set, missing B."]),
        ([report("R", "A"), report("R", "X")], "", ["R set, missing A, or X."]),
    ],
)
def test_h11_of_incomplete_identities_those_that_come_closest_are_named_in_one_warning(
    identities: list[EnvAccount], explained: str, said: list[str]
) -> None:
    with heard() as texts:
        warn_of_incomplete(identities, set(explained.split()))
    prefix = "The identity in the environment is incomplete and was skipped: "
    assert texts == [f"{prefix}{text}" for text in said]


@pytest.mark.parametrize(
    ("name", "winner", "source", "value", "warns"),
    [
        ("project", "environment", "parameter", "2", True),
        ("project", "environment", "target", "2", True),
        ("project", "environment", "bridge", "2", False),
        ("project", "environment", "active", "2", False),
        ("project", "environment", "parameter", "1", False),
        ("account", "environment", "parameter", "1", True),
        ("project", "parameter", "target", "2", False),
    ],
)
def test_h12_the_environment_is_announced_only_where_it_beats_what_was_asked_for(
    name: AxisName, winner: Source, source: Source, value: str, warns: bool
) -> None:
    axis = Axis(name, (Offer(winner, "MP_X", "1"), Offer(source, "here", value)))
    with heard() as texts:
        warn_of_overrides([axis, Axis("workspace", ())])
    assert len(texts) == warns
    assert all("MP_X" in text and "MP_IGNORE_ENV=1" in text for text in texts)
