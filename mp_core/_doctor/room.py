"""Whether a directory takes what has to be stored: room, modes, locks, and that it lasts."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mp_core._doctor.finding import Finding, Level, of_files
from mp_core._doctor.places import may
from mp_core._storage.commands import quoted
from mp_core._storage.mounts import Mount, mount_of

NEEDED: Final = 32 * 1024
"""Bytes that a refresh may have on the disk at once: the old tokens, the new ones, and a lock."""
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def room_findings(directory: Path) -> Iterator[Finding]:
    """Try what storing a file takes, in a file without a name; nothing is left of it."""
    if os.name != "nt" and os.statvfs(directory).f_flag & os.ST_RDONLY:
        yield _read_only(directory)
    elif may(directory, os.W_OK | os.X_OK):
        yield from _tried(directory)


def _read_only(directory: Path) -> Finding:
    mount = mount_of(directory)
    place = quoted(mount.point if mount else directory)
    return of_files(
        directory,
        "warning",
        "Its file system is read-only: logins and refreshed tokens cannot be kept.",
        f"sudo mount -o remount,rw {place}",
    )


def _tried(directory: Path) -> Iterator[Finding]:
    try:
        with tempfile.TemporaryFile(dir=directory, buffering=0) as file:
            _fill(file.fileno())
            yield from _manners(directory, file.fileno())
    except OSError as error:
        yield _refused(directory, error)


def _fill(descriptor: int) -> None:
    left = NEEDED
    while left:
        left -= os.write(descriptor, bytes(left))
    os.fsync(descriptor)


def _refused(directory: Path, error: OSError) -> Finding:
    if error.errno in _FULL:
        return _full(directory, error)
    reason = error.strerror or type(error).__name__
    message = f"Nothing can be stored in it: {reason}."
    return of_files(directory, "error", message, f"lsattr -d {quoted(directory)}")


def _full(directory: Path, error: OSError) -> Finding:
    mount = mount_of(directory)
    point = mount.point if mount else directory
    if error.errno == errno.EDQUOT:
        message, command = f"Your share of {point} is used up", "quota -s"
    elif error.errno == errno.EFBIG:
        message, command = "No file may grow to the size of a few tokens", "ulimit -f unlimited"
    else:
        message, command = f"{point} is full", _made_larger(point, mount)
    message += f": {NEEDED // 1024} kB are needed to keep a login alive."
    return of_files(directory, "error", message, command)


def _made_larger(point: Path, mount: Mount | None) -> str:
    """Return what makes room on a memory disk; on others, what shows who takes it."""
    if mount is None or mount.kind != "tmpfs":
        return f"du -xah {quoted(point)} | sort -h | tail -n 20"
    option = "size=16M" if os.statvfs(point).f_favail else "nr_inodes=16k"
    return f"sudo mount -o remount,{option} {quoted(point)}"


def _manners(directory: Path, descriptor: int) -> Iterator[Finding]:
    """Tell what a file system does not know that private files and single refreshes need."""
    if os.name != "nt" and not _keeps_mode(descriptor):
        yield _unfit(directory, "warning", "keeps no modes, so that other users may read secrets")
    if not _can_be_locked(descriptor):
        yield _unfit(directory, "error", "knows no locks, so that two processes spend one login")


def _keeps_mode(descriptor: int) -> bool:
    try:
        os.fchmod(descriptor, 0o600)
    except OSError:
        return False
    return stat.S_IMODE(os.fstat(descriptor).st_mode) == 0o600


def _can_be_locked(descriptor: int) -> bool:
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        return True  # It is locked otherwise there.
    except OSError:
        return False
    return True


def _unfit(directory: Path, level: Level, lack: str) -> Finding:
    return of_files(
        directory,
        level,
        f"Its file system {lack}.",
        "Set MP_STORAGE_DIR to a directory that you own, on a disk of this machine.",
    )
