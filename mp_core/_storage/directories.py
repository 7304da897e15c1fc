"""Directories of private files: made owner-only, and synced so that a rename in them lasts."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import Final

READ_ONLY: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR})
"""What says that nobody can write to a place, or that it is none, and not that it is full."""

CLOEXEC: Final = getattr(os, "O_CLOEXEC", 0)


def make_private_dir(directory: Path) -> None:
    """Make a directory and its missing parents with mode 0700; leave existing ones alone."""
    if directory.is_dir():
        return
    make_private_dir(directory.parent)
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
        if directory.stat().st_mode & 0o700 != 0o700:  # The umask has taken from it.
            with contextlib.suppress(OSError):  # The file system may have modes of its own.
                directory.chmod(0o700)
        sync_dir(directory.parent)


def sync_dir(directory: Path) -> None:
    """Let what was renamed, made or removed in a directory outlast a power cut, if that can be had.

    It is done by then, so that a directory that cannot be synced (CIFS, FUSE) is no failure.
    """
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY | CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
