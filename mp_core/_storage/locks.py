"""Locks between threads and processes.

The lock file stands beside the data file, is never the data file and is never removed: removing it
would let two processes hold "the" lock on two different inodes. The kernel releases the lock of a
process that dies.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mp_core._public import exported_from
from mp_core._storage.files import make_private_dir, quoted, unwritable
from mp_core.errors import ConfigError

TIMEOUT_S = 60.0
"""Longest wait for another process."""

_POLL_S = 0.01


@exported_from("mp_core")
class LockBusyError(ConfigError):
    """Another process holds the lock for longer than is reasonable."""

    code = "LOCK_BUSY"


@contextmanager
def locked(path: Path, *, timeout_s: float = TIMEOUT_S) -> Iterator[None]:
    """Hold the lock of a data file, across the threads and processes that ask for it.

    Raises:
        LockBusyError: The lock could not be had in time.
        ConfigError: The lock's file cannot be made.
    """
    import filelock

    real = Path(os.path.realpath(path))
    lock = filelock.FileLock(
        real.with_name(f"{real.name}.lock"),
        timeout=timeout_s,
        mode=0o600,
        thread_local=False,
        poll_interval=_POLL_S,
        preserve_lock_file=True,
    )
    try:
        make_private_dir(real.parent)
        lock.acquire()
    except filelock.Timeout:
        raise _busy(real, timeout_s) from None
    except OSError as error:
        raise unwritable(path, error) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def locked_if_possible(path: Path, *, timeout_s: float = TIMEOUT_S) -> Iterator[None]:
    """Hold the lock of a data file, or none where none can be made, as in a read-only directory.

    Raises:
        LockBusyError: The lock could not be had in time.
    """
    lock = locked(path, timeout_s=timeout_s)
    try:
        lock.__enter__()
    except LockBusyError:
        raise
    except ConfigError:
        yield
        return
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def _busy(path: Path, timeout_s: float) -> LockBusyError:
    return LockBusyError(
        f"{path} has been locked by another process for {timeout_s:g} s.",
        hint=f"See who holds it: fuser {quoted(path)}.lock",
        details={"path": str(path)},
    )
