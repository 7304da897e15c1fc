"""Writing a file where it is, as it cannot be replaced: it is a mount, or its directory is closed.

Others may read the file meanwhile, and the process may be killed: at every moment the file holds
the whole of the old text or of the new one (see `journal`). What that takes of room is taken first,
so that lack of it shows while nothing has changed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from pathlib import Path
from typing import Final

from mp_core._storage.directories import CLOEXEC, sync_dir
from mp_core._storage.journal import MARK, TAG, UnfinishedError, behind, is_at_rest, text_in
from mp_core._storage.trust import UntrustedPlaceError, foreign, is_trusted_owner

UNREPLACEABLE: Final = frozenset({errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM})
"""What a rename says where the file is a mount, or somebody else's in a sticky directory.

On Windows it says so of a file that somebody reads; there, nothing is written in place.
"""

TEMPORARY: Final = ".mp-tmp-"
"""What the names of temporary files have in common."""


def may_be_overwritten(path: Path) -> bool:
    """Return whether there is a file that this process may write where it is."""
    acts_as_user = os.access in os.supports_effective_ids
    return (
        os.name != "nt" and path.is_file() and os.access(path, os.W_OK, effective_ids=acts_as_user)
    )


def is_unfinished(path: Path) -> bool:
    """Return whether a file is being written where it is, or was when its writer was killed."""
    try:
        return os.path.isfile(path) and not is_at_rest(path.read_bytes())  # A pipe would wait.
    except OSError:
        return False


def finish(path: Path) -> None:
    """Let a file whose writer was killed hold the text alone that counts; the caller has its lock.

    Raises:
        OSError: It cannot be done.
        UnfinishedError: There is none.
    """
    overwrite(path, text_in(path.read_bytes()))


def settle(temporary: Path, path: Path, data: bytes) -> None:
    """Let a temporary file that is on the disk replace another, or else write that where it is.

    Args:
        temporary: The temporary file, which is gone when that is done.
        path: The other one.
        data: What the temporary file holds.

    Raises:
        OSError: It cannot be done; the file is as it was.
    """
    try:
        os.replace(temporary, path)
    except OSError as error:
        if error.errno not in UNREPLACEABLE or os.name == "nt" or not path.is_file():
            raise
        overwrite(path, data)
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    sync_dir(path.parent)


def overwrite(path: Path, data: bytes) -> None:
    """Write a file where it is; the caller holds its lock.

    Raises:
        OSError: It cannot be done; the file is as it was.
    """
    descriptor = os.open(path, os.O_RDWR | CLOEXEC | getattr(os, "O_NOFOLLOW", 0))
    try:
        _check_owner(path, os.fstat(descriptor))
        _close_to_others(descriptor)
        before = _text_alone(descriptor)
        try:
            _change(descriptor, before, data)
        except BaseException:
            with contextlib.suppress(OSError):
                _change_back(descriptor, before)
            raise
    finally:
        os.close(descriptor)


def _check_owner(path: Path, status: os.stat_result) -> None:
    if not is_trusted_owner(status.st_uid):
        raise UntrustedPlaceError(*foreign(path, status.st_uid))


def _read(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb", closefd=False) as file:
        return file.read()


def _text_alone(descriptor: int) -> bytes:
    """Return what counts in a file, and do what a writer that was killed did not come to."""
    data = _read(descriptor)
    try:
        text = text_in(data)
    except UnfinishedError:
        text = b""
    if data.startswith(MARK):
        _conclude(descriptor, text)
    elif text != data:
        _cut_off(descriptor, len(text))
    return text


def _change(descriptor: int, before: bytes, after: bytes) -> None:
    if not before:  # A text without a byte has no first one to be marked.
        before = b"\n"
        _put(descriptor, before, 0)
    _put(descriptor, behind(before, after), len(before))
    os.fsync(descriptor)
    _put(descriptor, MARK, 0)
    os.fsync(descriptor)
    _conclude(descriptor, after)


def _conclude(descriptor: int, text: bytes) -> None:
    """Put a text in its place in a file of which the end counts."""
    if text:
        _put(descriptor, text[1:] + TAG, 1)
        os.fsync(descriptor)
        _put(descriptor, text[:1], 0)
        os.fsync(descriptor)
    _cut_off(descriptor, len(text))


def _cut_off(descriptor: int, length: int) -> None:
    os.ftruncate(descriptor, length)
    # The clock of the file system ticks too slowly to tell two writes of one tick apart.
    with contextlib.suppress(OSError):
        os.utime(descriptor, ns=(now := time.time_ns(), now))
    os.fsync(descriptor)


def _change_back(descriptor: int, before: bytes) -> None:
    """Put back what was there, however far the change has come."""
    if _read(descriptor).startswith(before):
        _cut_off(descriptor, len(before))
    else:
        _change(descriptor, _text_alone(descriptor), before)


def _close_to_others(descriptor: int) -> None:
    if stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077:
        with contextlib.suppress(OSError):
            os.fchmod(descriptor, 0o600)


def _put(descriptor: int, data: bytes, offset: int) -> None:
    while data:
        count = os.pwrite(descriptor, data, offset)
        data, offset = data[count:], offset + count
