"""Locks between threads and processes.

The lock file stands beside the data file, is never the data file and is never removed: removing it
would let two processes hold "the" lock on two different inodes. The kernel releases the lock of a
process that dies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mp_core._public import exported_from
from mp_core._storage.directories import READ_ONLY, make_private_dir
from mp_core._storage.files import chown_command, quoted, unwritable
from mp_core.errors import ConfigError

if TYPE_CHECKING:
    from filelock import BaseFileLock as FileLock

TIMEOUT_S = 60.0
"""Longest wait for another process."""

CACHE_TIMEOUT_S = 2.0
"""Longest wait to write what can be asked for again, and is then left out."""

_POLL_S = 0.01


@exported_from("mp_core")
class LockBusyError(ConfigError):
    """Another process holds the lock for longer than is reasonable."""

    code = "LOCK_BUSY"


@contextmanager
def locked(
    path: Path, *, timeout_s: float = TIMEOUT_S, gives_up: Callable[[], bool] | None = None
) -> Iterator[None]:
    """Hold the lock of a data file, across the threads and processes that ask for it.

    Args:
        path: The data file.
        timeout_s: Longest wait.
        gives_up: Asked while it waits; True ends the wait.

    Raises:
        LockBusyError: The lock could not be had in time.
        ConfigError: The lock's file cannot be made.
    """
    real = Path(os.path.realpath(path))
    try:
        lock = _acquired(real, timeout_s, gives_up)
    except OSError as error:
        raise _refusal(real, error) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def locked_if_possible(
    path: Path, *, timeout_s: float = TIMEOUT_S, gives_up: Callable[[], bool] | None = None
) -> Iterator[None]:
    """Hold the lock of a data file, or none in a directory that nobody can write to.

    A lock's file that belongs to another user, in a directory where this one may write, is an
    error: others who may open it would not be kept out.

    Raises:
        LockBusyError: The lock could not be had in time.
        ConfigError: It cannot be had for another reason, such as too many open files.
    """
    real = Path(os.path.realpath(path))
    lock = None
    try:
        lock = _acquired(real, timeout_s, gives_up)
    except OSError as error:
        if error.errno not in READ_ONLY or _may_be_written(real.parent):
            raise _refusal(real, error) from None
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


def _acquired(path: Path, timeout_s: float, gives_up: Callable[[], bool] | None) -> FileLock:
    import filelock

    lock = filelock.FileLock(
        path.with_name(f"{path.name}.lock"),
        timeout=timeout_s,
        mode=0o600,
        thread_local=False,
        poll_interval=_POLL_S,
        preserve_lock_file=True,
    )
    try:
        make_private_dir(path.parent)
        lock.acquire(cancel_check=gives_up)
    except filelock.Timeout:
        raise busy(path, timeout_s) from None
    return lock


def _may_be_written(directory: Path) -> bool:
    acts_as_user = os.access in os.supports_effective_ids
    return os.access(directory, os.W_OK | os.X_OK, effective_ids=acts_as_user)


def _refusal(path: Path, error: OSError) -> ConfigError:
    """Return the error for a lock that cannot be had."""
    refusal, lock = unwritable(path, error), path.with_name(f"{path.name}.lock")
    if isinstance(error, PermissionError) and os.path.exists(lock):
        refusal.hint = f"Run: {chown_command(lock)}"
    return refusal


def busy(path: Path, timeout_s: float) -> LockBusyError:
    """Return the error for a file whose lock could not be had in time."""
    return LockBusyError(
        f"{path} has been locked by another process for {timeout_s:g} s.",
        hint=f"See who holds it: fuser {quoted(path)}.lock",
        details={"path": str(path)},
    )
