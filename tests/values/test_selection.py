"""What a caller may ask for, and how it was said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core._values.selection import Selection, joined, selected
from mp_core.errors import ConfigError

AXES = [{"account": "team"}, {"project": "1"}, {"workspace": 2}]


def test_nothing_asked_is_the_empty_request() -> None:
    assert selected() == Selection()


@pytest.mark.parametrize("axis", AXES)
def test_a_target_excludes_every_other_axis(axis: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="target excludes"):
        selected(target="ecom", **axis)


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_a_project_id_may_be_a_number_or_its_digits(number: int) -> None:
    assert selected(project=number).project == str(number)
    assert selected(project=str(number)).project == str(number)


@given(st.integers(min_value=1, max_value=10**18 - 1))
def test_a_workspace_id_may_be_a_number_or_its_digits(number: int) -> None:
    assert selected(workspace=number).workspace == number
    assert selected(workspace=str(number)).workspace == number


@pytest.mark.parametrize("value", ["", " 1", "1 ", "-1", "+1", "1.0", "x", "٣", "1\n", -1, True])
def test_a_project_id_that_is_not_digits_is_refused_by_the_way_it_was_said(value: Any) -> None:
    with pytest.raises(ConfigError, match="--project is malformed") as caught:
        selected(project=value, origins={"project": "--project"})
    assert caught.value.hint


@pytest.mark.parametrize(
    "value",
    ["", "0", 0, -1, "-1", "1.5", "x", "٣", "7\n", True, pytest.param("9" * 5000, id="big")],
)
def test_a_workspace_id_that_is_no_positive_number_is_refused(value: Any) -> None:
    with pytest.raises(ConfigError, match="--workspace is malformed") as caught:
        selected(workspace=value, origins={"workspace": "--workspace"})
    assert caught.value.hint


def test_an_argument_is_told_as_it_is_typed() -> None:
    assert joined("project=", "42") == "project=42"
    assert joined("--project", "42") == "--project 42"
