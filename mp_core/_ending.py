"""Whether this process is ending, which what is loaded by then could not find out.

What registers with `atexit` while a program ends is not called any more, so that this module is
loaded with the package, and loads nothing itself.
"""

from __future__ import annotations

import atexit
import os

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable

_works: list[Callable[[], None]] = []
_ending: set[int] = set()


def at_end(work: Callable[[], None]) -> None:
    """Have work done when the process ends, unless it is ending already."""
    _works.append(work)


def is_ending() -> bool:
    """Return whether this process is ending, so that work is not waited for any more."""
    return os.getpid() in _ending


@atexit.register
def _end() -> None:
    _ending.add(os.getpid())
    for work in _works:
        work()
