"""A file and a directory that are this user's alone."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

_FLAGS: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


def opened(path: str) -> int:
    """Open a file to append to it, made with mode 0600 whatever the umask; return its descriptor.

    Neither a link nor a file of somebody else's is written to: whoever may write to the directory
    could have put it there, to have something else of this user's changed, or to read along.

    Raises:
        OSError: It cannot be opened, or is not this user's alone.
    """
    descriptor = os.open(path, _FLAGS, 0o600)
    try:
        _check(os.fstat(descriptor), descriptor)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _check(status: os.stat_result, descriptor: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise PermissionError(errno.EPERM, "it is not a regular file")
    if status.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, f"it belongs to the user {status.st_uid}")
    if status.st_nlink > 1:
        raise PermissionError(errno.EPERM, "it has another name, too")
    if stat.S_IMODE(status.st_mode) != 0o600:
        os.fchmod(descriptor, 0o600)


def make_directory(path: Path) -> None:
    """Make a directory that is not there, and those above it, with mode 0700.

    Raises:
        OSError: It cannot be made.
    """
    if path.is_dir():
        return
    make_directory(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
