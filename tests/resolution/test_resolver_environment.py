"""What the environment says: whole, in part, wrongly, or against an argument."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mp_core._resolution.resolver import inputs_in, resolve, resolve_account
from mp_core._values.selection import Selection, selected
from mp_core.errors import ConfigError
from tests.support.fake_providers import CANARY, BadgeAccount, TicketAccount
from tests.support.resolver_inputs import (
    BADGE,
    IDENTITY_SETS,
    TICKET,
    TWO,
    heard,
    inputs,
    resolved,
    surroundings,
    triple,
)


def proper_subsets(names: Mapping[str, str]) -> list[tuple[str, ...]]:
    return [s for n in range(1, len(names)) for s in itertools.combinations(names, n)]


@pytest.mark.parametrize("identity", IDENTITY_SETS, ids=["badge", "ticket"])
def test_h11_every_incomplete_identity_is_skipped_and_warned_of(
    identity: Mapping[str, str],
) -> None:
    for subset in proper_subsets(identity):
        env = {name: identity[name] for name in subset}
        with heard() as texts:
            found = resolved(env=env)
        assert found.session.account.name == "team", subset
        if set(subset) == {"MP_PROJECT_ID"}:
            assert texts == [], subset
            continue
        assert len(texts) == 1, subset
        present, _, missing = texts[0].partition("missing")
        assert all(name in present for name in subset), subset
        assert all(name in missing for name in identity.keys() - set(subset)), subset
        assert CANARY not in texts[0]


def test_h39_the_inputs_do_not_show_the_environment() -> None:
    assert CANARY not in repr(inputs(env=BADGE))


def test_h11_an_empty_variable_counts_as_missing() -> None:
    with heard() as texts:
        found = resolved(env=BADGE | {"MP_REGION": ""})
    assert found.session.account.name == "team"
    assert texts[0].endswith("missing MP_REGION.")


def test_h11_a_complete_identity_beside_an_incomplete_one_is_used() -> None:
    only_badge = ({"MP_USERNAME"}, {"MP_SECRET"})
    for names in only_badge:
        with heard() as texts:
            found = resolved(env=TICKET | {name: BADGE[name] for name in names})
        assert isinstance(found.session.account, TicketAccount)
        (text,) = texts
        assert all(name in text for name in ("MP_USERNAME", "MP_SECRET"))


def test_of_two_complete_identities_the_better_rank_is_used_without_a_word() -> None:
    with heard() as texts:
        found = resolved(env=BADGE | TICKET)
    assert isinstance(found.session.account, BadgeAccount)
    assert texts == []


@pytest.mark.parametrize(
    "env", [{}, {"MP_PROJECT_ID": "1"}, {"MP_WORKSPACE_ID": "4"}, {"MP_ACCOUNT": "other"}]
)
def test_h11_what_belongs_to_no_identity_alone_does_not_warn(env: dict[str, str]) -> None:
    with heard() as texts:
        resolved(env=env)
    assert texts == []


def test_the_library_reads_neither_mp_account_nor_mp_target() -> None:
    env = {"MP_ACCOUNT": "other", "MP_TARGET": "ecom"}
    assert resolved(env=env) == resolved()


@pytest.mark.parametrize("region", ["mars", "US", "us "])
def test_a_malformed_value_in_a_complete_identity_is_an_error(region: str) -> None:
    with pytest.raises(ConfigError, match="MP_REGION") as caught:
        resolved(env=BADGE | {"MP_REGION": region})
    assert CANARY not in str(caught.value) + repr(caught.value.details) + str(caught.value.hint)


def test_h17_a_malformed_value_in_an_incomplete_identity_is_only_skipped() -> None:
    with heard() as texts:
        found = resolved(env={"MP_USERNAME": "u", "MP_REGION": "mars"})
    assert found.session.account.name == "team"
    assert len(texts) == 1


OVERRIDES: list[tuple[dict[str, str], dict[str, Any], list[tuple[str, str]]]] = [
    ({"MP_PROJECT_ID": "5"}, {"project": "6"}, [("MP_PROJECT_ID", "project=6")]),
    ({"MP_WORKSPACE_ID": "5"}, {"workspace": 6}, [("MP_WORKSPACE_ID", "workspace=6")]),
    (dict(BADGE), {"account": "team"}, [("MP_USERNAME", "account=team")]),
    ({"MP_PROJECT_ID": "5"}, {"target": "ecom"}, [("MP_PROJECT_ID", "target=ecom (3)")]),
    (
        BADGE | {"MP_WORKSPACE_ID": "5"},
        {"target": "ecom"},
        [
            ("MP_USERNAME", "target=ecom (other)"),
            ("MP_PROJECT_ID", "target=ecom (3)"),
            ("MP_WORKSPACE_ID", "target=ecom (33)"),
        ],
    ),
]


@pytest.mark.parametrize(("env", "asked", "pairs"), OVERRIDES)
def test_h12_an_override_by_the_environment_warns_once_and_names_both(
    env: dict[str, str], asked: dict[str, Any], pairs: list[tuple[str, str]]
) -> None:
    with heard() as texts:
        resolved(env=env, **asked)
    assert len(texts) == len(pairs)
    for text, (variable, argument) in zip(texts, pairs, strict=True):
        assert variable in text
        assert argument in text
        assert CANARY not in text


@pytest.mark.parametrize(
    ("env", "asked"),
    [
        ({"MP_PROJECT_ID": "6"}, {"project": "6"}),
        ({"MP_WORKSPACE_ID": "6"}, {"workspace": 6}),
        ({"MP_PROJECT_ID": "3", "MP_WORKSPACE_ID": "33"}, {"target": "ecom"}),
        ({"MP_PROJECT_ID": "6"}, {}),
        (dict(BADGE), {}),
    ],
)
def test_h12_equal_values_and_unspoken_defaults_are_no_override(
    env: dict[str, str], asked: dict[str, Any]
) -> None:
    with heard() as texts:
        resolved(env=env, **asked)
    assert texts == []


@pytest.mark.parametrize("value", ["1", "true", "YES", " on "])
def test_h12_mp_ignore_env_turns_the_environment_off(home: Path, value: str) -> None:
    env = BADGE | {"MP_IGNORE_ENV": value, "MP_WORKSPACE_ID": "oops"}
    context = surroundings(home, TWO, env)
    with heard() as texts:
        found = resolve(inputs_in(context, selected(project="5")))
    assert triple(found) == ("team", "5", None)
    assert texts == []


@pytest.mark.parametrize("value", ["", "0", "no", "OFF", "false"])
def test_mp_ignore_env_that_is_off_changes_nothing(home: Path, value: str) -> None:
    context = surroundings(home, TWO, {"MP_PROJECT_ID": "5", "MP_IGNORE_ENV": value})
    assert resolve(inputs_in(context, Selection())).session.project_id == "5"


def test_mp_ignore_env_that_is_neither_yes_nor_no_is_an_error(home: Path) -> None:
    context = surroundings(home, TWO, {"MP_IGNORE_ENV": "maybe"})
    with pytest.raises(ConfigError, match="MP_IGNORE_ENV"):
        inputs_in(context, Selection())


@pytest.mark.parametrize("env", [{"MP_PROJECT_ID": "5"}, {"MP_WORKSPACE_ID": "6"}])
def test_h13_a_scope_in_the_environment_leaves_targets_usable(env: dict[str, str]) -> None:
    with heard() as texts:
        found = resolved(env=env, target="ecom")
    assert found.session.account.name == "other"
    assert len(texts) == 1


MALFORMED = [
    ("MP_PROJECT_ID", "x"),
    ("MP_PROJECT_ID", "1 "),
    ("MP_PROJECT_ID", "٣"),
    ("MP_PROJECT_ID", "1\n"),
    ("MP_WORKSPACE_ID", "x"),
    ("MP_WORKSPACE_ID", "0"),
    ("MP_WORKSPACE_ID", "-4"),
    ("MP_WORKSPACE_ID", "9" * 5000),
]


@pytest.mark.parametrize(("name", "value"), MALFORMED, ids=lambda text: text[:20])
def test_a_malformed_variable_that_is_consulted_is_an_error_that_names_it(
    name: str, value: str
) -> None:
    with pytest.raises(ConfigError, match=name) as caught:
        resolved(env={name: value}, project="5", workspace=6)
    assert f"unset {name}" in str(caught.value.hint)
    assert caught.value.details["variable"] == name


@pytest.mark.parametrize(("name", "value"), MALFORMED, ids=lambda text: text[:20])
def test_h17_a_malformed_variable_that_is_not_consulted_is_no_error(name: str, value: str) -> None:
    axis, account = resolve_account(inputs(env={name: value}, account="other"))
    assert (axis.value, account.name) == ("other", "other")
