"""Interruptions at chosen lines, as Ctrl-C brings them: in the main thread, anywhere."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Striker:
    """Raises `KeyboardInterrupt` in this thread, before chosen ones of the lines that run.

    A tracing function that raises is taken off. It comes back with the next call or return.

    Args:
        moments: Before which lines, by number.
        below: What the path of a file must contain for its lines to count.
    """

    def __init__(self, *moments: int, below: tuple[str, ...] = (f"mp_core{os.sep}",)) -> None:
        self.moments = set(moments)
        self.below = below
        self.line = 0
        self.struck = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Strike within the block."""
        sys.setprofile(self._return)
        sys.settrace(self)
        try:
            yield
        finally:
            sys.setprofile(None)
            sys.settrace(None)

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Striker | None:
        if not any(part in frame.f_code.co_filename for part in self.below):
            return None
        if event == "line":
            self.line += 1
            if self.line - 1 in self.moments:
                self.struck += 1
                raise KeyboardInterrupt
        return self

    def _return(self, frame: FrameType | None, event: str, argument: Any) -> None:
        if sys.gettrace() is self:
            return
        sys.settrace(self)
        while frame is not None:
            frame.f_trace = self
            frame = frame.f_back


class Handler:
    """The handler of a signal, in force in a block of the main thread, that raises an exception."""

    def __init__(self, number: signal.Signals, error: BaseException) -> None:
        self.number = number
        self.error = error
        self.handled = threading.Semaphore(0)

    def __enter__(self) -> Handler:
        self.before = signal.signal(self.number, self)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(self.number, self.before)

    def __call__(self, *_: object) -> None:
        self.handled.release()
        raise self.error

    def strike(self, times: int = 1) -> None:
        """From another thread, send the signal so often, each when the last one was handled."""
        main = threading.main_thread().ident
        assert main is not None
        for _ in range(times):
            signal.pthread_kill(main, self.number)
            assert self.handled.acquire(timeout=10)
