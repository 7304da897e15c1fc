"""Locks between threads and processes.

The lock file stands beside the data file, is never the data file and is never removed: removing it
would let two processes hold "the" lock on two different inodes. The kernel releases the lock of a
process that dies. In a directory where nothing can be made a file that can be written is its own
lock: there, nobody can replace it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mp_core._public import exported_from
from mp_core._storage.commands import chown_command, quoted
from mp_core._storage.directories import READ_ONLY, make_private_dir
from mp_core._storage.files import unwritable
from mp_core._storage.in_place import may_be_overwritten
from mp_core._storage.own_lock import OwnLock
from mp_core._storage.trust import UntrustedPlaceError, checked
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
    try:
        release = _acquired(path, timeout_s, gives_up)
    except OSError as error:
        raise _refusal(path, error) from None
    try:
        yield
    finally:
        release()


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
    release = None
    try:
        release = _acquired(path, timeout_s, gives_up)
    except OSError as error:
        directory = Path(os.path.realpath(path)).parent
        if error.errno not in READ_ONLY or _may_be_written(directory):
            raise _refusal(path, error) from None
    try:
        yield
    finally:
        if release is not None:
            release()


def _acquired(
    path: Path, timeout_s: float, gives_up: Callable[[], bool] | None
) -> Callable[[], None]:
    """Have the lock beside a file, or else that of the file itself; return what releases it.

    Raises:
        OSError: Neither can be had.
    """
    real = checked(path)
    try:
        return _beside(real, timeout_s, gives_up).release
    except OSError as error:
        is_made = os.path.lexists(_lock_of(real))
        if error.errno not in READ_ONLY or is_made or not may_be_overwritten(real):
            raise
    own = OwnLock(real)
    try:
        own.acquire(timeout_s, _POLL_S, gives_up)
    except TimeoutError:
        raise busy(real, timeout_s) from None
    return own.release


def _beside(path: Path, timeout_s: float, gives_up: Callable[[], bool] | None) -> FileLock:
    import filelock

    lock = filelock.FileLock(
        _lock_of(path),
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


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _may_be_written(directory: Path) -> bool:
    acts_as_user = os.access in os.supports_effective_ids
    return os.access(directory, os.W_OK | os.X_OK, effective_ids=acts_as_user)


def _refusal(path: Path, error: OSError) -> ConfigError:
    """Return the error for a lock that cannot be had."""
    real = Path(os.path.realpath(path))
    refusal, lock = unwritable(real, error), _lock_of(real)
    is_refused = isinstance(error, PermissionError) and not isinstance(error, UntrustedPlaceError)
    if is_refused and os.path.exists(lock):
        refusal.hint = f"Run: {chown_command(lock)}"
    return refusal


def busy(path: Path, timeout_s: float) -> LockBusyError:
    """Return the error for a file whose lock could not be had in time."""
    return LockBusyError(
        f"{path} has been locked by another process for {timeout_s:g} s.",
        hint=f"See who holds it: fuser {quoted(path)}.lock",
        details={"path": str(path)},
    )
