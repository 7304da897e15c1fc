"""Query calls as they are sent, and their answers as they are read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core._api.queries import (
    MAX_EVENTS,
    event_names,
    events_call,
    segmentation_call,
    segmentation_result,
)
from mp_core.errors import APIError

CALL = segmentation_call("Sign Up", "2024-01-01", "2024-01-02", "day", None, None)


@pytest.mark.parametrize("limit", [0, -1, MAX_EVENTS + 1])
def test_a_limit_outside_of_what_the_server_gives_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 5000"):
        events_call(limit, None, None)


@pytest.mark.parametrize("limit", [1, MAX_EVENTS])
def test_a_limit_is_sent_as_it_is(limit: int) -> None:
    call = events_call(limit, None, None)
    assert (call.method, call.path, call.family) == ("GET", "/events/names", "query")
    assert (call.params["type"], call.params["limit"]) == ("general", limit)


def test_days_are_dates_or_their_iso_form() -> None:
    day = date(2024, 2, 29)
    assert events_call(1, day, "2024-03-01").params["from_date"] == "2024-02-29"
    assert segmentation_call("e", day, day, "day", None, None).params["to_date"] == "2024-02-29"


@given(st.lists(st.text()))
def test_event_names_come_sorted_and_unchanged(names: list[str]) -> None:
    assert event_names(names) == sorted(names)


@pytest.mark.parametrize("answer", [None, {}, {"results": []}, [1], ["a", None], "text"])
def test_event_names_of_another_shape_are_a_typed_error(answer: Any) -> None:
    with pytest.raises(APIError, match="event names"):
        event_names(answer)


@pytest.mark.parametrize(
    ("on", "sent"),
    [
        (None, None),
        ("country", 'properties["country"]'),
        ("$os version", 'properties["$os version"]'),
        ("größe 🦊", 'properties["größe 🦊"]'),
        ("back\\slash", 'properties["back\\\\slash"]'),
        ('properties["country"]', 'properties["country"]'),
        ('number(properties["n"])', 'number(properties["n"])'),
    ],
)
def test_a_bare_property_becomes_an_expression_and_an_expression_stays(
    on: str | None, sent: str | None
) -> None:
    assert segmentation_call("e", "a", "b", "day", on, None).params["on"] == sent


def test_a_segmentation_asks_for_what_it_was_told() -> None:
    call = segmentation_call("e", "2024-01-01", "2024-01-02", "week", None, "true")
    assert (call.method, call.path, call.family) == ("GET", "/segmentation", "query")
    assert call.params == {
        "event": "e",
        "from_date": "2024-01-01",
        "to_date": "2024-01-02",
        "unit": "week",
        "type": "general",
        "on": None,
        "where": "true",
    }


COUNTS = st.dictionaries(st.text(), st.dictionaries(st.text(), st.integers(0, 10**6)))


@given(COUNTS)
def test_a_segmentation_keeps_its_segments_and_adds_them_up(
    values: dict[str, dict[str, int]],
) -> None:
    result = segmentation_result(CALL, {"data": {"series": [], "values": values}})
    assert result.segments == values
    assert result.total == sum(n for counts in values.values() for n in counts.values())
    assert (result.event, result.unit) == ("Sign Up", "day")
    assert (result.from_date, result.to_date) == ("2024-01-01", "2024-01-02")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "text",
        {},
        {"data": None},
        {"data": {"values": None}},
        {"data": {"values": [1]}},
        {"data": {"values": {"a": 3}}},
        {"data": {"values": {"a": {"2024-01-01": "many"}}}},
    ],
)
def test_a_segmentation_of_another_shape_is_a_typed_error(answer: Any) -> None:
    with pytest.raises(APIError, match="segmentation") as caught:
        segmentation_result(CALL, answer)
    assert caught.value.__context__ is None
