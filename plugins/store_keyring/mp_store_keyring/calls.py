"""Calls that may hang, as a keyring does whose prompt nobody answers.

Each is made in a thread that is left behind when it takes too long. While one hangs no other is
made, so that there is never more than one such thread in a process.
"""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from mp_store_keyring.refusals import IN_FILES, silent, unusable

T = TypeVar("T")

DEADLINE_S: Final = 3.0
"""How long a call is waited for, with those before it."""


class Calls:
    """The calls of one process, one at a time."""

    def __init__(self) -> None:
        """Begin with none under way."""
        self._free = threading.Lock()
        self._late: Future[Any] | None = None

    def result(self, work: Callable[[], T]) -> T:
        """Make a call and return what it returns, or raise what it raises.

        Raises:
            ConfigError: It takes too long, or an earlier one still does.
        """
        until = time.monotonic() + DEADLINE_S
        if self._is_stuck() or not self._free.acquire(timeout=DEADLINE_S):
            raise silent(DEADLINE_S)
        future: Future[T] = Future()
        self._begin(work, future)
        try:
            return future.result(timeout=max(0.0, until - time.monotonic()))
        except TimeoutError:
            self._late = future
        raise silent(DEADLINE_S)

    def _is_stuck(self) -> bool:
        return self._late is not None and not self._late.done()

    def _begin(self, work: Callable[[], T], future: Future[T]) -> None:
        run = functools.partial(self._run, work, future)
        try:
            threading.Thread(target=run, name="mp-store-keyring", daemon=True).start()
        except RuntimeError as error:
            # An interpreter that is ending starts no thread, and what it keeps would be lost.
            if "shutdown" in str(error):
                return run()
            self._free.release()
            raise unusable("no thread can be started", f"End some program, {IN_FILES}") from None

    def _run(self, work: Callable[[], T], future: Future[T]) -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)
        finally:
            self._free.release()


@functools.lru_cache(maxsize=1)
def _calls_of(process: int) -> Calls:
    return Calls()


def calls() -> Calls:
    """Return the calls of this process; a forked child has none of its parent's threads."""
    return _calls_of(os.getpid())
