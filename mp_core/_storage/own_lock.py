"""The lock of a file in a directory where no file can be made beside it: the file's own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from mp_core._storage.directories import CLOEXEC


class OwnLock:
    """The lock of a file itself: nobody can replace it there, so that it stays the same one."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            OSError: It cannot be written.
        """
        self._descriptor = os.open(path, os.O_RDWR | CLOEXEC)

    def acquire(self, timeout_s: float, poll_s: float, gives_up: Callable[[], bool] | None) -> None:
        """Have the lock, or close the file.

        Raises:
            TimeoutError: Another process has it for longer.
            OSError: It cannot be had.
        """
        deadline = time.monotonic() + timeout_s
        try:
            while not self._is_taken():
                if time.monotonic() >= deadline or (gives_up is not None and gives_up()):
                    raise TimeoutError
                time.sleep(poll_s)
        except BaseException:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Let others have it."""
        import fcntl

        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        finally:
            os.close(self._descriptor)

    def _is_taken(self) -> bool:
        import fcntl

        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
