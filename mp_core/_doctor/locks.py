"""Whether lock files can be used, and who holds them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mp_core._doctor import places
from mp_core._doctor.finding import Finding, is_sound, of_files
from mp_core._storage.commands import quoted
from mp_core._storage.locks import LockBusyError, locked
from mp_core.errors import ConfigError

_PATIENCE_S: Final = 1.0
"""How long somebody may be at work before it is worth a word."""
_LOCKS: Final = Path("/proc/locks")


def lock_findings(path: Path, fix: bool) -> Iterator[Finding]:
    """Look at the lock of a data file, if there is one."""
    lock = Path(f"{os.path.realpath(path)}.lock")
    found = places.examined(lock, "lock", fix)
    if found is None:
        return
    yield found
    if is_sound(found):
        yield from _held(lock)


def _held(lock: Path) -> Iterator[Finding]:
    try:
        with locked(lock.with_suffix(""), timeout_s=_PATIENCE_S):
            return
    except LockBusyError:
        pid = _holder(lock)
    except ConfigError as error:
        yield of_files(lock, "error", error.message, error.hint)
        return
    if pid is None:
        command = f"fuser -v {quoted(lock)}"
        yield of_files(lock, "warning", "A process holds it: see which, and end it.", command)
    else:
        message = f"{_described(pid)} holds it. Wait until it has ended, or end it."
        yield of_files(lock, "warning", message, f"kill {pid}")


def _holder(lock: Path) -> int | None:
    """Return the process that holds a lock, where the kernel tells (proc(5), `/proc/locks`)."""
    status = lock.stat()
    place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    try:
        lines = [line.split() for line in _LOCKS.read_text().splitlines()]
    except OSError:
        return None
    pids = [int(words[4]) for words in lines if len(words) > 5 and words[5] == place]
    return next((pid for pid in pids if pid > 0), None)


def _described(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return f"Process {pid}"
    name = Path(os.fsdecode(words[0])).name
    return f"Process {pid} ({name})" if name else f"Process {pid}"
