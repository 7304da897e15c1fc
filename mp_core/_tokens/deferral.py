"""Signals put off, in the main thread, where no other thread can do the work."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def signals_deferred(told: Callable[[], None]) -> Iterator[None]:
    """Let the handlers that the program has for signals run after the block.

    Only for the main thread, and only when the interpreter is ending: it changes the handlers.

    Args:
        told: Called at the first signal.
    """
    pending: list[int] = []

    def put_off(number: int, frame: object) -> None:
        pending.append(number)
        if len(pending) == 1:
            told()

    handlers = {
        number: handler
        for number in signal.valid_signals()
        if callable(handler := signal.getsignal(number))
    }
    for deferred in handlers:
        signal.signal(deferred, put_off)
    try:
        yield
    finally:
        for deferred, handler in handlers.items():
            signal.signal(deferred, handler)
        for number in pending:
            signal.raise_signal(number)
