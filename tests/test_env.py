"""The variables: what counts as unset, what is malformed, and what an error about one says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core import _env as variables
from mp_core.errors import ConfigError

CANARY = "fake-secret-canary"
NAMES = {name: value for name, value in vars(variables).items() if str(value).startswith("MP_")}


def test_every_variable_that_the_core_reads_has_a_documented_constant() -> None:
    assert set(NAMES.values()) == {
        "MP_PROJECT_ID",
        "MP_WORKSPACE_ID",
        "MP_REGION",
        "MP_IGNORE_ENV",
        "MP_CONFIG_PATH",
        "MP_STORAGE_DIR",
        "MP_AUTH_FILE",
        "MP_API_BASE_URL",
        "MP_PLUGINS",
        "MP_REQUIRE_EXTENSIONS",
        "MP_TRACE_PLUGINS",
        "MP_ACCOUNT",
        "MP_TARGET",
    }
    assert set(variables.EFFECTS) == set(NAMES.values())
    for effect in variables.EFFECTS.values():
        assert effect.endswith(".")


def test_an_empty_variable_counts_as_unset() -> None:
    assert variables.get({"X": ""}, "X") is None
    assert variables.get({}, "X") is None
    assert variables.get({"X": " "}, "X") == " "


@pytest.mark.parametrize("value", ["1", "true", "YES", " on\n"])
def test_a_switch_is_on(value: str) -> None:
    assert variables.is_set({"X": value}, "X") is True


@pytest.mark.parametrize(
    "env", [{}, *({"X": value} for value in ("", "0", "False", " no ", "off"))]
)
def test_a_switch_is_off(env: dict[str, str]) -> None:
    assert variables.is_set(env, "X") is False


@given(st.from_regex(r"[0-9]+", fullmatch=True))
def test_a_project_id_is_any_string_of_digits(value: str) -> None:
    assert variables.project_id({"MP_PROJECT_ID": value}) == value


@given(st.integers(1, 10**18 - 1), st.integers(0, 5))
def test_a_workspace_id_is_a_positive_number(value: int, zeros: int) -> None:
    assert variables.workspace_id({"MP_WORKSPACE_ID": "0" * zeros + str(value)}) == value


@pytest.mark.parametrize("read", [variables.project_id, variables.workspace_id])
@pytest.mark.parametrize("name", ["MP_PROJECT_ID", "MP_WORKSPACE_ID"])
def test_no_id_is_no_error(read: Callable[[dict[str, str]], Any], name: str) -> None:
    assert read({}) is None
    assert read({name: ""}) is None


def is_set(env: dict[str, str]) -> bool:
    return variables.is_set(env, "MP_IGNORE_ENV")


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (variables.project_id, "MP_PROJECT_ID"),
        (variables.workspace_id, "MP_WORKSPACE_ID"),
        (is_set, "MP_IGNORE_ENV"),
    ],
)
@pytest.mark.parametrize("value", [CANARY, "-1", "1 2", "1.0", "٣", "²", "0x1", "1\x00"])
def test_a_malformed_value_is_an_error_that_names_the_variable_and_not_the_value(
    read: Callable[[dict[str, str]], Any], name: str, value: str
) -> None:
    with pytest.raises(ConfigError, match=f"{name} is malformed: expected") as caught:
        read({name: value})
    error = caught.value
    assert error.details == {"variable": name}
    assert f"unset {name}" in (error.hint or "")
    assert error.__cause__ is error.__context__ is None
    assert CANARY not in f"{error!r} {error.hint} {error.details}"


@pytest.mark.parametrize(
    ("env", "allowed"),
    [
        ({}, None),
        ({"MP_PLUGINS": ""}, set()),
        ({"MP_PLUGINS": " , "}, set()),
        ({"MP_PLUGINS": "a, b ,,c"}, {"a", "b", "c"}),
    ],
)
def test_h53_an_empty_list_of_plugins_allows_none(
    env: dict[str, str], allowed: set[str] | None
) -> None:
    assert variables.allowed_plugins(env) == allowed
