"""Reads that Ctrl-C ends soon, also when it came just before the read began.

Python is given a signal at any time, and runs its handler between two steps of its own: one that
comes between the last step and a system call that waits is handled when that has waited (PEP 475).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from mp_core._network.deadline import Deadline

SLICE_S: Final = 0.5
"""How long at most such a signal waits."""

_LEAST_S: Final = 0.001
"""The shortest time limit that is one: 0 would mean not to wait at all."""


def sliced(stream: Any) -> None:
    """Let a stream of `httpcore` wait for its bytes in slices; its time limits stay the same."""
    read: Callable[[int, float], bytes] = stream.read

    def read_in_slices(max_bytes: int, timeout: float | None = None) -> bytes:
        import httpcore

        limit = Deadline(math.inf if timeout is None else timeout)
        while limit.left_s() > SLICE_S:
            with suppress(httpcore.ReadTimeout):
                return read(max_bytes, SLICE_S)
        return read(max_bytes, max(limit.left_s(), _LEAST_S))

    stream.read = read_in_slices
