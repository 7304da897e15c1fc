"""A store that is bounded in number and in time."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Expiring(Generic[_T]):
    """Values under keys that cannot be guessed; each can be taken once, and in time.

    Args:
        lifetime_s: How long a value stays.
        clock: Seconds since the epoch.
        most: How many values stay; the oldest makes room for a new one.
    """

    def __init__(self, lifetime_s: float, clock: Callable[[], float], *, most: int) -> None:
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._most = most
        self._lock = threading.Lock()
        self._values: dict[str, tuple[_T, float]] = {}

    def put(self, value: _T) -> str:
        """Keep a value and return its new key."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            if len(self._values) >= self._most:
                del self._values[next(iter(self._values))]
            self._values[key] = value, self._clock() + self._lifetime_s
        return key

    def take(self, key: str) -> _T | None:
        """Remove and return the value, or None when it is not there or no longer."""
        with self._lock:
            value, expires_at = self._values.pop(key, (None, 0.0))
            return value if self._clock() < expires_at else None
