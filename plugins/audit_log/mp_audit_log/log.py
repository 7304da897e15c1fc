"""Appending whole lines to a file that many processes share, and putting full files aside.

The rotation is that of `logging.handlers`, which knows nothing of other processes: so each line is
written, and each file is put aside, under a lock that they all take. Nothing is kept open between
two lines, so that a forked child shares nothing with its parent.
"""

from __future__ import annotations

import errno
import os
from contextlib import closing
from io import TextIOWrapper
from logging import makeLogRecord
from logging.handlers import RotatingFileHandler
from typing import Final

import filelock

from mp_audit_log.private import make_directory, opened
from mp_audit_log.refusals import busy, unwritable
from mp_audit_log.settings import Settings

PATIENCE_S: Final = 5.0
"""How long other processes are waited for."""

_POLL_S: Final = 0.005


def append(line: str, settings: Settings) -> None:
    """Append a line, whole or not at all.

    Raises:
        ConfigError: It cannot be written.
    """
    try:
        make_directory(settings.path.parent)
        with _lock(settings):
            _append(line, settings)
    except filelock.Timeout:
        raise busy(settings.path, PATIENCE_S) from None
    except OSError as error:
        raise unwritable(settings.path, error) from None


def _lock(settings: Settings) -> filelock.BaseFileLock:
    path = settings.path
    return filelock.FileLock(
        path.with_name(f"{path.name}.lock"),
        timeout=PATIENCE_S,
        mode=0o600,
        poll_interval=_POLL_S,
        preserve_lock_file=True,
    )


def _append(line: str, settings: Settings) -> None:
    with closing(_Rotation(settings)) as rotation:
        if rotation.is_full_for(line):
            rotation.doRollover()
        _write(rotation.opened().fileno(), line.encode() + b"\n")


class _Rotation(RotatingFileHandler):
    """The rotation of one file, opened as nobody else may read it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            settings.path,
            maxBytes=settings.max_bytes if settings.backups else 0,
            backupCount=settings.backups,
            encoding="utf-8",
            delay=True,
        )

    def _open(self) -> TextIOWrapper:
        return open(opened(self.baseFilename), "a", encoding=self.encoding)

    def opened(self) -> TextIOWrapper:
        """Return the file that lines go to now."""
        self.stream = self.stream or self._open()
        return self.stream

    def is_full_for(self, line: str) -> bool:
        """Return whether a line does not fit any more; an empty file takes any."""
        is_empty = os.fstat(self.opened().fileno()).st_size == 0
        return not is_empty and bool(self.shouldRollover(makeLogRecord({"msg": line})))


def _write(descriptor: int, data: bytes) -> None:
    """Write a line whole, and apart from one that a crash has cut off, or leave the file as is."""
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        data = b"\n" + data
    try:
        if os.write(descriptor, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError:
        os.ftruncate(descriptor, size)
        raise
