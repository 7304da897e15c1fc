"""The budgets and what was measured against them, as one table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .timing import Pair


class Row(NamedTuple):
    """One budget, in words: what was measured, and whether it is within."""

    name: str
    measured: str
    reference: str
    ratio: str
    budget: str
    within: str


_HEAD = Row("", "measured", "reference", "ratio", "budget", "within")


class Report:
    """The rows of one run, in the order in which they were measured."""

    def __init__(self) -> None:
        self._rows = [_HEAD]

    def relative(self, name: str, pair: Pair, *, most: float) -> None:
        """Add what may take so many times as long as its reference."""
        times = _time(pair.measured), _time(pair.reference)
        self._add(name, *times, pair.ratio, f"≤ {most:g} x", pair.ratio <= most)

    def surplus(self, name: str, pair: Pair, *, most_s: float) -> None:
        """Add what may take so much longer than its reference."""
        times = _time(pair.measured), _time(pair.reference)
        self._add(name, *times, pair.ratio, f"≤ + {_time(most_s)}", pair.surplus <= most_s)

    def absolute(self, name: str, measured: float, *, most_s: float) -> None:
        """Add what may take so long; the budget is its reference."""
        times, ratio = (_time(measured), _time(most_s)), measured / most_s
        self._add(name, *times, ratio, f"≤ {_time(most_s)}", ratio <= 1)

    def count(self, name: str, measured: int, *, most: int) -> None:
        """Add what may happen so often."""
        ratio = measured / most
        self._add(name, str(measured), str(most), ratio, f"≤ {most}", ratio <= 1)

    def lines(self) -> Iterator[str]:
        """Yield the table: names to the left, all else to the right."""
        first, *widths = (max(map(len, column)) for column in zip(*self._rows, strict=True))
        for name, *cells in self._rows:
            yield "  ".join([name.ljust(first), *map(str.rjust, cells, widths)])

    def _add(
        self, name: str, measured: str, reference: str, ratio: float, budget: str, is_within: bool
    ) -> None:
        within = "yes" if is_within else "NO"
        self._rows.append(Row(name, measured, reference, f"{ratio:.2f}", budget, within))


def _time(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:.1f} µs"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
