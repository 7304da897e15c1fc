"""Query calls and what they answer."""

import json
import re
from datetime import date
from typing import Any, Final

from mp_core._api.client import Call
from mp_core._api.decoding import plain
from mp_core._api.responses import unexpected
from mp_core._frozen import Frozen
from mp_core._public import exported_from

MAX_EVENTS: Final = 5000
"""The most event names that the server returns."""

_BARE: Final = re.compile(r'[^"\[\]()]+')


@exported_from("mp_core")
class SegmentationResult(Frozen):
    """Counts of an event by segment and date.

    Attributes:
        event: The event.
        from_date: First day, ISO 8601.
        to_date: Last day, ISO 8601.
        unit: `minute`, `hour`, `day`, `week` or `month`.
        segments: Count by date, by segment.
        total: The sum of all counts.
    """

    event: str
    from_date: str
    to_date: str
    unit: str
    segments: dict[str, dict[str, int | float]]
    total: int | float


def events_call(limit: int, from_date: str | date | None, to_date: str | date | None) -> Call:
    """Return the call for event names.

    Raises:
        ValueError: The limit is not between 1 and 5000.
    """
    if not 1 <= limit <= MAX_EVENTS:
        raise ValueError(f"limit must be between 1 and {MAX_EVENTS}")
    params = {
        "type": "general",
        "limit": limit,
        "from_date": _iso(from_date),
        "to_date": _iso(to_date),
    }
    return Call("GET", "/events/names", params, family="query")


def event_names(answer: Any) -> list[str]:
    """Return the names of an answer, sorted.

    Raises:
        APIError: It is not a list of names.
    """
    if isinstance(answer, list) and all(isinstance(name, str) for name in answer):
        return sorted(plain(answer))
    raise unexpected("event names")


def segmentation_call(
    event: str,
    from_date: str | date,
    to_date: str | date,
    unit: str,
    on: str | None,
    where: str | None,
) -> Call:
    """Return the call for a segmentation."""
    params = {
        "event": event,
        "from_date": _iso(from_date),
        "to_date": _iso(to_date),
        "unit": unit,
        "type": "general",
        "on": _property(on),
        "where": where,
    }
    return Call("GET", "/segmentation", params, family="query")


def segmentation_result(call: Call, answer: Any) -> SegmentationResult:
    """Return the counts of an answer.

    Raises:
        APIError: It does not have the shape of a segmentation. Nothing that is odd is left out: the
            sum would be a wrong one.
    """
    try:
        segments = plain(answer["data"]["values"])
        return SegmentationResult(
            **{key: call.params[key] for key in ("event", "from_date", "to_date", "unit")},
            segments=segments,
            total=sum(sum(counts.values()) for counts in segments.values()),
        )
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError):
        pass
    raise unexpected("segmentation")


def _iso(day: str | date | None) -> str | None:
    return day.isoformat() if isinstance(day, date) else day


def _property(on: str | None) -> str | None:
    """Return the expression for a bare property name; an expression stays as it is."""
    if on is None or not _BARE.fullmatch(on):
        return on
    return f"properties[{json.dumps(on, ensure_ascii=False)}]"
