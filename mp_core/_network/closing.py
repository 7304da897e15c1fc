"""Whether what a thread waits for has been closed by another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from mp_core._network.deadline import Deadline
from mp_core._network.slices import SLICE_S
from mp_core.errors import APIError

_ENDS: Final[ContextVar[threading.Event | None]] = ContextVar("mp_core_ends", default=None)


@contextmanager
def ended_by(event: threading.Event) -> Iterator[None]:
    """Let an event end what this thread waits for in the block."""
    token = _ENDS.set(event)
    try:
        yield
    finally:
        _ENDS.reset(token)


def has_ended() -> bool:
    """Return whether this thread need not wait any longer."""
    event = _ENDS.get()
    return event is not None and event.is_set()


def has_set(event: threading.Event, within_s: float) -> bool:
    """Wait for an event, and return whether it was set in time; Ctrl-C ends the wait soon."""
    deadline = Deadline(within_s)
    while not event.is_set() and (left_s := deadline.left_s()):
        event.wait(min(left_s, SLICE_S))
    return event.is_set()


def closed(doing: str) -> APIError:
    """Return the error for what was closed while somebody waited for it."""
    return APIError(
        f"The workspace was closed by another thread, which ended {doing}.",
        hint="Call again: a closed workspace opens a new connection.",
        code="CLOSED",
    )
