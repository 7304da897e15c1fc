"""The bytes of a file as its last writer left them, also where it is written in place."""

from __future__ import annotations

import os
import time
from io import FileIO
from pathlib import Path
from typing import Final

from mp_core._storage.directories import CLOEXEC
from mp_core._storage.journal import UnfinishedError, is_at_rest, text_in

_PATIENCE_S: Final = 0.5
_PAUSE_S: Final = 0.01
_LONG_AGO_S: Final = 10.0
_PIECE: Final = 256 * 1024
_BESIDE: Final = 128
"""More than what is behind two texts in a file that is being written."""


def opened(path: Path) -> FileIO:
    """Open a file for reading, without waiting for a pipe's other end.

    Raises:
        OSError: It cannot be opened, or is a directory.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | CLOEXEC)
    try:
        return open(descriptor, "rb", buffering=0)
    except OSError:  # It is a directory.
        os.close(descriptor)
        raise


def contents(file: FileIO, status: os.stat_result, size: int) -> bytes:
    """Return the text of an open file, read again for as long as somebody writes it where it is.

    Args:
        file: The file.
        status: Its status, taken since it was opened.
        size: How many bytes the text may have; a longer one is returned in part.

    Raises:
        OSError: It cannot be read.
        UnfinishedError: Its writer was killed, and it was changed since.
    """
    limit = 2 * size + _BESIDE
    data = _all(file, limit)
    if is_at_rest(data) and not _has_changed(file, status):
        return data
    return _settled(file, limit)


def _settled(file: FileIO, limit: int) -> bytes:
    """Return the text of a file once nobody writes it, or seems to be killed while they did."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        status = os.fstat(file.fileno())
        file.seek(0)
        data = _all(file, limit)
        is_late = time.monotonic() > deadline or time.time() - status.st_mtime > _LONG_AGO_S
        if not _has_changed(file, status) and (is_at_rest(data) or is_late):
            return text_in(data)
        if time.monotonic() > deadline + _PATIENCE_S:
            raise UnfinishedError("it is being written all the time")
        time.sleep(_PAUSE_S)


def _all(file: FileIO, size: int) -> bytes:
    data = bytearray()
    while more := file.read(min(size - len(data), _PIECE)):
        data += more
    return bytes(data)


def _has_changed(file: FileIO, before: os.stat_result) -> bool:
    now = os.fstat(file.fileno())
    return (now.st_mtime_ns, now.st_size) != (before.st_mtime_ns, before.st_size)
