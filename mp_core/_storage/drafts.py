"""A new version of a file in the making: the temporary file beside it that will replace it.

Whoever removes a file removes its drafts, too: a draft that is gone when it is to replace the file
tells its writer that the file is no longer wanted. Where none can be made, the file is written
where it is.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from mp_core._storage.directories import CLOEXEC, READ_ONLY
from mp_core._storage.in_place import (
    TEMPORARY,
    may_be_overwritten,
    overwrite,
    settle,
)
from mp_core._storage.trust import checked


class Draft(Protocol):
    """A new version of a file in the making."""

    def put(self, text: str) -> None:
        """Let this text be what the file holds, durably: all of it, or nothing has changed.

        Raises:
            FileNotFoundError: The draft was removed, with its file.
            OSError: It cannot be written; the file is as it was.
        """

    def is_at(self, temporary: Path) -> bool:
        """Return whether a file is this draft."""

    def is_withdrawn(self) -> bool:
        """Return whether somebody has removed the draft, with its file."""


class TemporaryFile:
    """The temporary file, of mode 0600 whatever the umask."""

    def __init__(self, path: Path, file: BinaryIO, temporary: Path) -> None:
        """Take over a temporary file that is open; `drafted` makes one."""
        self._path = path
        self._file = file
        self._temporary = temporary
        self._is_put = False

    def reserve(self, size: int) -> None:
        """Have that many bytes on the disk; blanks, since they may stand behind what is written."""
        self._write(b" " * size)
        os.fsync(self._file.fileno())
        self._file.seek(0)

    def put(self, text: str) -> None:
        """Replace the file by the draft with this text, atomically and durably."""
        data = text.encode("utf-8")
        self._write(data)
        self._file.truncate()
        os.fsync(self._file.fileno())
        settle(self._temporary, self._path, data)
        self._is_put = True

    def is_at(self, temporary: Path) -> bool:
        """Return whether a file is this draft."""
        return temporary == self._temporary

    def is_withdrawn(self) -> bool:
        """Return whether somebody has removed the draft, with its file."""
        return not self._is_put and not self._temporary.exists()

    def clear(self) -> None:
        """Remove the draft unless it has replaced its file."""
        if not self._is_put:
            with contextlib.suppress(OSError):
                os.unlink(self._temporary)

    def _write(self, data: bytes) -> None:
        while data:
            data = data[self._file.write(data) :]


class _Present:
    """The file itself, where it can be written and nothing can be made beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, text: str) -> None:
        """Write the file where it is."""
        overwrite(self._path, text.encode("utf-8"))

    def is_at(self, temporary: Path) -> bool:
        """Return that no temporary file is this."""
        return False

    def is_withdrawn(self) -> bool:
        """Return whether somebody has removed the file."""
        return not self._path.exists()


@contextmanager
def drafted(path: Path, *, room: int = 0, beside: Draft | None = None) -> Iterator[Draft]:
    """Have a draft of a file whose lock the caller holds; it is gone at the end unless it was put.

    Args:
        path: The file; its directory is there.
        room: How many bytes are to be on the disk before the block.
        beside: Another draft of the caller's, which stays.

    Raises:
        OSError: The draft cannot be made, or has no room.
    """
    real = place(path)
    _sweep(real, beside)
    temporary = real.with_name(f".{real.name}{TEMPORARY}{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | CLOEXEC, 0o600)
    except OSError as error:
        if error.errno not in READ_ONLY or not may_be_overwritten(real):
            raise
        _check_room(real, room)
        yield _Present(real)
        return
    # Without a buffer, closing writes nothing, and cannot fail for want of room.
    with open(descriptor, "wb", buffering=0) as file:
        draft = TemporaryFile(real, file, temporary)
        try:
            _make_private(descriptor)
            if room:
                draft.reserve(room)
            yield draft
        finally:
            draft.clear()


def _check_room(path: Path, room: int) -> None:
    """Raise if a disk has no room; none can be reserved in a file that others read."""
    disk = os.statvfs(path)
    if disk.f_bavail * disk.f_frsize < room:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _make_private(descriptor: int) -> None:
    """Undo what the umask has taken; where that is refused, the file system gives the modes."""
    if os.name != "nt" and stat.S_IMODE(os.fstat(descriptor).st_mode) != 0o600:
        with contextlib.suppress(OSError):
            os.fchmod(descriptor, 0o600)


def drafts_of(path: Path) -> list[Path]:
    """Return the drafts of a file that are there, the newest first."""
    real = Path(os.path.realpath(path))
    prefix = f".{real.name}{TEMPORARY}"
    try:
        found = [entry for entry in os.scandir(real.parent) if entry.name.startswith(prefix)]
        found.sort(key=lambda entry: entry.stat(follow_symlinks=False).st_mtime_ns, reverse=True)
    except OSError:
        return []
    return [Path(entry.path) for entry in found]


def remove_drafts(path: Path, but: Draft | None = None) -> bool:
    """Remove the drafts of a file, perhaps but for one, and return whether there were any.

    Whoever holds the lock removes what a killed writer left; whoever removes the file without the
    lock takes the draft away from a writer.

    Raises:
        OSError: They are in a place that is not trusted.
    """
    return _sweep(checked(path), but)


def _sweep(real: Path, but: Draft | None) -> bool:
    found = [each for each in drafts_of(real) if but is None or not but.is_at(each)]
    for draft in found:
        with contextlib.suppress(OSError):
            os.unlink(draft)
    return bool(found)


def promote(draft: Path, path: Path) -> None:
    """Let a draft that a killed writer left complete replace its file; the caller holds the lock.

    Raises:
        OSError: It cannot be done; the file is as it was.
    """
    real = place(path)
    descriptor = os.open(draft, os.O_RDONLY | CLOEXEC)
    with open(descriptor, "rb") as file:
        data = file.read()
        os.fsync(descriptor)
    settle(draft, real, data)


def place(path: Path) -> Path:
    """Return the file that a write replaces: the one that links lead to, if they may be trusted.

    Whoever owns a directory could have made the link, to have any file of this user replaced. And
    root could replace a device.

    Raises:
        OSError: It is no file, or the place is not trusted.
    """
    real = checked(path)
    if os.path.exists(real) and not os.path.isfile(real):
        raise PermissionError(errno.EPERM, "it is not a regular file")
    return real
