"""A store whose values can each be taken once, and in time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Expiring(Generic[_T]):
    """Values under keys that cannot be guessed; safe to use from any thread.

    Args:
        lifetime_s: How long a value stays.
        clock: Seconds since the epoch.
    """

    def __init__(self, lifetime_s: float, clock: Callable[[], float]) -> None:
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._values: dict[str, tuple[_T, float]] = {}

    def put(self, value: _T) -> str:
        """Keep a value and return its new key."""
        key = secrets.token_urlsafe(32)
        self._values[key] = value, self._clock() + self._lifetime_s
        return key

    def take(self, key: str) -> _T | None:
        """Remove and return the value, or None when it is not there or no longer."""
        value, expires_at = self._values.pop(key, (None, 0.0))
        return value if self._clock() < expires_at else None
