"""Measuring two things so that a busy machine treats both alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple


class Pair(NamedTuple):
    """How long two things take that were measured by turns.

    Attributes:
        measured: Median of the one, in seconds.
        reference: Median of the other.
        ratio: Median of the ratios of the turns, which suffers less when the machine gets busy.
        surplus: Median of the differences, in seconds.
    """

    measured: float
    reference: float
    ratio: float
    surplus: float


def paired(work: Callable[[], object], reference: Callable[[], object], *, turns: int) -> Pair:
    """Measure both by turns, after one turn that does not count."""
    times = [(_timed(work), _timed(reference)) for _ in range(turns + 1)][1:]
    return Pair(
        measured=median(ours for ours, _ in times),
        reference=median(theirs for _, theirs in times),
        ratio=median(ours / theirs for ours, theirs in times),
        surplus=median(ours - theirs for ours, theirs in times),
    )


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
