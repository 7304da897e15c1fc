"""One deadline for all that a piece of work waits for, which slow bytes cannot stretch.

The timeouts of an HTTP client are of one read each: a server that sends a byte now and then keeps
its client for ever. So each read gets what is left of the deadline.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import httpx

_CONNECTED: Final = ("connect_tcp.complete", "connect_unix_socket.complete", "start_tls.complete")
"""The events that bring a stream, as `httpx` names them (its extension `trace`)."""


class Deadline:
    """A moment that comes a number of seconds after this was made."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Start to count.

        Args:
            seconds: How long from now.
            clock: Returns seconds that only grow.
        """
        self._clock = clock
        self._ends = clock() + seconds

    def left_s(self) -> float:
        """Return how many seconds are left, 0 at least."""
        return max(0.0, self._ends - self._clock())


def bounded(client: httpx.Client, deadline: Deadline) -> httpx.Client:
    """Let no request of a client outlast a deadline; return the client."""

    def hurry(request: httpx.Request) -> None:
        left_s = _left_s(deadline)
        timeouts = request.extensions.get("timeout", {})
        kinds = ("connect", "read", "write", "pool")
        request.extensions = {
            **request.extensions,
            "timeout": {kind: _sooner(timeouts.get(kind), left_s) for kind in kinds},
            "trace": _Trace(deadline, request.extensions.get("trace")),
        }

    hooks = client.event_hooks
    client.event_hooks = {**hooks, "request": [*hooks["request"], hurry]}
    return client


class _Trace:
    """Limits the reads of every stream that a request opens."""

    def __init__(self, deadline: Deadline, others: Callable[..., Any] | None) -> None:
        self._deadline = deadline
        self._others = others

    def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith(_CONNECTED):
            _limit(info["return_value"], self._deadline)
        if self._others is not None:
            self._others(event, info)


def _limit(stream: Any, deadline: Deadline) -> None:
    read = stream.read

    def read_in_time(max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = read(max_bytes, _sooner(timeout, _left_s(deadline)))
        return data

    stream.read = read_in_time


def _left_s(deadline: Deadline) -> float:
    """Return what is left, or raise what `httpx` raises for a read that takes too long."""
    if left_s := deadline.left_s():
        return left_s
    import httpx

    raise httpx.ReadTimeout("The deadline has passed.")


def _sooner(timeout: float | None, left_s: float) -> float:
    return min(math.inf if timeout is None else timeout, left_s)
