"""What code does to its surroundings, as the interpreter's audit events (PEP 578) show it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

STARTS_PROCESS: Final = "starts a process"

_SAID: Final = {
    "fcntl.flock": "locks a file",
    "fcntl.lockf": "locks a file",
    "os.chdir": "changes the working directory",
    "os.chmod": "changes the mode of a file",
    "os.link": "makes a link",
    "os.mkdir": "makes a directory",
    "os.posix_spawn": STARTS_PROCESS,
    "os.putenv": "changes the environment",
    "os.remove": "removes a file",
    "os.rename": "renames a file",
    "os.rmdir": "removes a directory",
    "os.symlink": "makes a link",
    "os.system": STARTS_PROCESS,
    "os.truncate": "truncates a file",
    "os.unsetenv": "changes the environment",
    "socket.bind": "opens a socket",
    "socket.connect": "connects to the network",
    "socket.getaddrinfo": "looks up a host name",
    "subprocess.Popen": STARTS_PROCESS,
}

_recorders: list[list[str]] = []
_started: list[list[str]] = []


@contextmanager
def effects() -> Iterator[list[str]]:
    """Collect what happens to files, processes, network and environment inside the block.

    Byte code that is written because a module is imported does not count.
    """
    found: list[str] = []
    _recorders.append(found)
    try:
        yield found
    finally:
        _recorders.pop()


@contextmanager
def command_lines() -> Iterator[list[str]]:
    """Collect the command lines of the programs that are started inside the block."""
    found: list[str] = []
    _started.append(found)
    try:
        yield found
    finally:
        _started.pop()


def _hear(event: str, args: Sequence[Any]) -> None:
    _record(event, args)
    if _started and _SAID.get(event) == STARTS_PROCESS:
        for lines in _started:
            lines.append(repr(args[:2]))


def _record(event: str, args: Sequence[Any]) -> None:
    if not _recorders or any("__pycache__" in str(arg) for arg in args):
        return
    said = _written(args) if event == "open" else _SAID.get(event)
    if said is not None:
        for recorder in _recorders:
            recorder.append(said)


def _written(args: Sequence[Any]) -> str | None:
    """Return what an `open` event says, if the file is opened for writing."""
    path, _, flags = args
    is_path = isinstance(path, (str, bytes, os.PathLike)) and os.fsdecode(path) != os.devnull
    return f"writes the file {os.fsdecode(path)}" if is_path and flags & _WRITING else None


# An audit hook cannot be removed; this one does nothing outside of these blocks.
sys.addaudithook(_hear)
