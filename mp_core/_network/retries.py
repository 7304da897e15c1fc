"""When a request is sent again, and after how long."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import httpx

RETRIES: Final = 3
"""How often a request is sent again, at most."""
PATIENCE_S: Final = 60.0
"""The longest `Retry-After` that is waited for, in seconds."""

_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_TRANSIENT: Final = frozenset({502, 503, 504})
_FIRST_PAUSE_S: Final = 0.5
_SECONDS: Final = re.compile("[0-9]+")
_LONGEST_S: Final = 1e12
"""The longest pause that is believed: a number that means "never" is no number for a program."""


def pause_after(response: httpx.Response, attempt: int, *, now: datetime) -> float | None:
    """Return the seconds to wait before sending the request again, or None not to.

    429 is retried for every method, since the server has done nothing; 502, 503 and 504 for
    idempotent ones (RFC 9110 §9.2.2).
    """
    transient = response.status_code in _TRANSIENT and is_idempotent(response.request.method)
    if attempt >= RETRIES or not (transient or response.status_code == 429):
        return None
    asked = retry_after(response, now=now)
    if asked is None:
        return backoff(attempt)
    return asked if asked <= PATIENCE_S else None


def is_idempotent(method: str) -> bool:
    """Return whether repeating the method does nothing more than doing it once."""
    return method.upper() in _IDEMPOTENT


def backoff(attempt: int, *, jitter: Callable[[], float] = random.random) -> float:
    """Return the pause before retry number `attempt` (from 0): exponential, with full jitter."""
    return _FIRST_PAUSE_S * (1 << attempt) * (0.5 + jitter())


def retry_after(response: httpx.Response, *, now: datetime) -> float | None:
    """Return the seconds that `Retry-After` asks for (RFC 9110 §10.2.3), or None."""
    value = response.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), _LONGEST_S)
    moment = http_date(value)
    seconds = None if moment is None else (moment - now).total_seconds()
    return None if seconds is None else min(max(0.0, seconds), _LONGEST_S)


def http_date(value: str) -> datetime | None:
    """Return the moment of an HTTP date (RFC 9110 §5.6.7), aware, or None for what is none."""
    from email.utils import parsedate_to_datetime  # It takes long to load, and is seldom needed.

    try:
        moment = parsedate_to_datetime(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):  # That parser raises all of them.
        return None
