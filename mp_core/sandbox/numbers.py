"""Invented event names and counts: always the same answer to the same question."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

UNITS = ("hour", "day", "week", "month")

_SEGMENTS = ("DE", "[/x]", "🦊", "undefined")


def event_names(project_id: str) -> list[str]:
    """Return the project's event names, deliberately unsorted."""
    return [
        "Sign Up",
        "Purchase",
        "🛒 Added to Cart",
        f"Opened project {project_id}",
        "[prod] Deploy",
        "$session_start",
        "[/x]",
        "Page View",
    ]


def buckets(first: date, last: date, unit: str) -> list[str]:
    """Return the labels of the intervals that touch `first` to `last`, both included."""
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    if unit == "hour":
        return [f"{day} {hour:02}:00:00" for day in days for hour in range(24)]
    return list(dict.fromkeys(_start(day, unit).isoformat() for day in days))


def segments(event: str, on: str | None) -> tuple[str, ...]:
    """Return the event itself, or the values of the property it is broken down by."""
    return (event,) if on is None else _SEGMENTS


def count(*question: str) -> int:
    """Return a number from 0 to 999 that depends on every part of the question."""
    digest = hashlib.sha256("\x1f".join(question).encode()).digest()
    return int.from_bytes(digest[:4], "big") % 1000


def _start(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(day.weekday())
    return day.replace(day=1) if unit == "month" else day
