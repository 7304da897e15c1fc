"""Ctrl-C where Python itself would lose it, or would make more of it than a command does."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident
from types import FrameType
from typing import Any, Final

CODE: Final = 130
"""The exit code of what Ctrl-C has ended: 128 and the number of the signal, as in a shell."""

_AGAIN_S: Final = 0.02
"""How long after an interruption was lost it comes again: Python has left that place by then."""


@contextmanager
def none_lost() -> Iterator[None]:
    """Let an interruption come again that Python ignores, in a finalizer or a callback of its own.

    Each module that is imported has such a callback, and a command imports most of what it needs.
    Only for the main thread of a program of ours: it sets a timer, and changes hook and handler.

    Raises:
        KeyboardInterrupt: One was lost, and the block has ended meanwhile.
    """
    usual, main, lost = sys.unraisablehook, get_ident(), []

    def hook(unraisable: Any) -> None:
        is_ours = unraisable.exc_type is KeyboardInterrupt and get_ident() == main
        if not is_ours or not hasattr(signal, "setitimer"):
            usual(unraisable)
            return
        lost.append(True)
        try:
            _set_timer(strike)
        except KeyboardInterrupt:  # Another one, which this hook would lose.
            _set_timer(strike)

    def strike(number: int, frame: FrameType | None) -> None:
        while frame is not None:
            if frame.f_code is hook.__code__:
                _set_timer(strike)
                return
            frame = frame.f_back
        lost.clear()
        raise KeyboardInterrupt

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = usual
        if lost:
            signal.setitimer(signal.ITIMER_REAL, 0)
    if lost:
        raise KeyboardInterrupt


def _set_timer(handler: Any) -> None:
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)


def settle() -> None:
    """Let the process end with its exit code, and not by the signal, after an interruption.

    Python keeps that text which it ran was interrupted, as in `dataclasses`, also when it was
    caught, and kills itself at its exit. It forgets that when it runs another text.
    """
    exec("")
