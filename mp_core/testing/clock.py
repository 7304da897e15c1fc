"""A clock that stands still until it is told to go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """The time, as `datetime`, as seconds, and as something to wait for.

    Args:
        start: The time at the beginning, aware.
    """

    def __init__(self, start: datetime = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)) -> None:
        self._now = start

    def __call__(self) -> datetime:
        """Return the time."""
        return self._now

    def time(self) -> float:
        """Return the time in seconds, as `time.time` and `time.monotonic` do."""
        return self._now.timestamp()

    def sleep(self, seconds: float) -> None:
        """Let time pass at once, as `time.sleep` does not."""
        self._now += timedelta(seconds=seconds)
