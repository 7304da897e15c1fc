"""A terminal of a given width, and the process that it belongs to."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import sys
import termios
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Self

from tests.support.child_processes import started

_TIMEOUT_S = 180
_TAKE_CONTROL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes stdin the controlling terminal, whose keys send signals, and becomes the command."""


class Terminal:
    """A process whose stdin, stdout and stderr are one terminal.

    Attributes:
        screen: What it has shown so far, with plain line ends.
    """

    def __init__(self, command: tuple[str, ...], env: Mapping[str, str], width: int) -> None:
        self.screen = ""
        self._open = ExitStack()
        self._ours, theirs = os.openpty()
        self._open.callback(os.close, self._ours)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        self.process = self._open.enter_context(
            started(
                *(sys.executable, "-c", _TAKE_CONTROL, *command),
                **dict.fromkeys(("stdin", "stdout", "stderr"), theirs),
                env=env,
                start_new_session=True,
            )
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def wait_for(self, text: str, *, after: int = 0) -> None:
        """Return when the screen shows the text, behind what it showed at some time before."""
        while text not in self.screen[after:]:
            assert self._read(), self.screen

    def type(self, text: str) -> None:
        """Type at the keyboard, or paste."""
        rest = text.encode()
        while rest:
            rest = rest[os.write(self._ours, rest) :]

    @property
    def is_edited(self) -> bool:
        """Whether the terminal itself edits lines and shows what is typed."""
        modes = termios.tcgetattr(self._ours)[3]
        return bool(modes & termios.ICANON and modes & termios.ECHO)

    def end(self) -> int:
        """Wait for the end and return the exit code; the screen is complete then."""
        while self._read():
            pass
        return self.process.wait(_TIMEOUT_S)

    def _read(self) -> bool:
        """Add to the screen what comes next; False when nobody holds the terminal any more."""
        ready, _, _ = select.select([self._ours], [], [], _TIMEOUT_S)
        assert ready, self.screen
        try:
            chunk = os.read(self._ours, 65536)
        except OSError:
            return False
        self.screen += chunk.decode().replace("\r\n", "\n")
        return bool(chunk)
