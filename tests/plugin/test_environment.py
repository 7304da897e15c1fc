"""Accounts from environment variables, the way every provider makes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr, StringConstraints

from mp_core.plugin.account import Account
from mp_core.plugin.environment import EnvAccount, env_account

CANARY = "canary-77"


class StrictAccount(Account):
    """An account with a field that refuses most texts, and one that refuses short ones."""

    type: Literal["strict"] = "strict"
    owner: Annotated[str, StringConstraints(pattern=r"^[a-z]+$")] = Field()
    number: SecretStr = Field(min_length=3)

    def is_long_lived(self) -> bool:
        return True


FIELDS = {"owner": "CARD_OWNER", "number": "CARD_NUMBER"}
COMPLETE = {
    "CARD_OWNER": "ann",
    "CARD_NUMBER": CANARY,
    "MP_PROJECT_ID": "3018488",
    "MP_REGION": "eu",
}


def found(env: dict[str, str]) -> EnvAccount:
    return env_account(env, StrictAccount, FIELDS, rank=7)


def test_a_complete_set_is_an_account_named_env() -> None:
    report = found({**COMPLETE, "UNRELATED": "x"})
    assert report.account == StrictAccount(
        name="env", region="eu", default_project="3018488", owner="ann", number=SecretStr(CANARY)
    )
    assert (report.rank, report.is_complete, report.error) == (7, True, None)
    assert set(report.variables) == COMPLETE.keys()


@given(st.sets(st.sampled_from(sorted(COMPLETE))).filter(lambda some: len(some) < len(COMPLETE)))
def test_h11_every_incomplete_set_names_what_is_there_and_what_is_missing(some: set[str]) -> None:
    report = found({name: COMPLETE[name] for name in some})
    assert set(report.variables) == some
    assert set(report.missing) == COMPLETE.keys() - some
    assert (report.account, report.error, report.is_complete) == (None, None, False)


@pytest.mark.parametrize("name", COMPLETE)
def test_an_empty_variable_counts_as_unset(name: str) -> None:
    assert found({**COMPLETE, name: ""}).missing == (name,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MP_REGION", "mars"),
        ("MP_REGION", "EU"),
        ("MP_PROJECT_ID", "12a"),
        ("MP_PROJECT_ID", "٣"),
        ("CARD_OWNER", "Ann 1"),
        ("CARD_NUMBER", "12"),
    ],
)
def test_a_malformed_value_is_an_error_that_names_its_variable(name: str, value: str) -> None:
    report = found({**COMPLETE, name: value})
    assert (report.account, report.is_complete) == (None, True)
    assert report.error is not None
    assert report.error.details == {"variables": [name]}
    assert name in str(report.error)
    assert f"unset {name}" in (report.error.hint or "")


@pytest.mark.parametrize("env", [{"MP_REGION": "mars"}, {"CARD_NUMBER": "!!"}])
def test_a_malformed_value_of_an_incomplete_set_is_not_looked_at(env: dict[str, str]) -> None:
    assert found(env).error is None


def test_several_malformed_values_are_all_named() -> None:
    report = found({**COMPLETE, "MP_REGION": "mars", "MP_PROJECT_ID": "x"})
    assert report.error is not None
    assert set(report.error.details["variables"]) == {"MP_REGION", "MP_PROJECT_ID"}


@pytest.mark.parametrize("name", COMPLETE)
def test_h39_no_value_shows_in_report_or_error(name: str) -> None:
    env = dict.fromkeys(COMPLETE, f"{CANARY}-\x00")
    for variables in (env, {**COMPLETE, name: f"{CANARY}!"}):
        report = found(variables)
        shown: list[Any] = [report.error, report.error and report.error.hint]
        shown += [report.error and report.error.details, report.error and report.error.__cause__]
        assert CANARY not in "".join(map(repr, shown))
        assert CANARY not in "".join(map(str, shown))
    assert CANARY not in repr(found(COMPLETE))
