"""A machine of the user: a home directory, and the processes that run there."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.support.child_processes import started
from tests.support.home_files import tree

MP = str(Path(sys.executable).with_name("mp"))
LOGIN = (MP, "account", "login")
CALLER = Path(__file__).with_name("calling_program.py")
OPENER = """\
#!{python}
import json, os, sys, time, urllib.request

caller = os.getppid()
body = json.dumps({{"url": sys.argv[1]}}).encode()
urllib.request.urlopen(urllib.request.Request("{session}/url", body), timeout=60)
os.write(os.open("{told}", os.O_WRONLY), b"!")
while os.environ.get("STAYS_IN_FOREGROUND") and os.getppid() == caller:
    time.sleep(0.02)
"""
"""What opens the browser: a program which shows an address in a WebDriver session, and tells it."""

_TIMEOUT_S = 90


class Machine:
    """A home directory with its processes, all of which end with it.

    Args:
        home: The home directory.
        variables: What the environment says, beside what every process needs.
    """

    def __init__(self, home: Path, variables: Mapping[str, str]) -> None:
        self.home = home
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        self.variables = {**kept, "HOME": str(home), **variables}
        self._open = ExitStack()
        self._shows: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def open_with(self, opener: Path, session: str) -> None:
        """Let logins open their browser with a program that is made here, in a WebDriver session.

        What it prints is nobody's, so that it tells through a named pipe that the browser is open.
        """
        told = opener.with_suffix(".told")
        os.mkfifo(told)
        self._shows = os.open(told, os.O_RDWR | os.O_NONBLOCK)
        self._open.callback(os.close, self._shows)
        opener.write_text(OPENER.format(python=sys.executable, session=session, told=told))
        opener.chmod(0o700)
        self.variables["BROWSER"] = str(opener)

    def wait_for_browser(self) -> None:
        """Return when the browser shows the address of the login that is under way."""
        assert self._shows is not None
        ready, _, _ = select.select([self._shows], [], [], _TIMEOUT_S)
        assert ready
        os.read(self._shows, 1)

    def start(self, *command: str, **popen: Any) -> subprocess.Popen[str]:
        """Start a process here, connected by pipes unless told otherwise."""
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        options = {**pipes, "env": self.variables, **popen}
        return self._open.enter_context(started(*command, **options))

    def start_on_terminal(self, *command: str) -> tuple[subprocess.Popen[str], IO[str], IO[str]]:
        """Start a process on a terminal; return also its keyboard and its screen."""
        ours, theirs = os.openpty()
        process = self.start(*command, stdin=theirs, stderr=theirs)
        os.close(theirs)
        screen = self._open.enter_context(os.fdopen(ours))
        keyboard = self._open.enter_context(os.fdopen(os.dup(ours), "w"))
        return process, keyboard, screen

    def files(self) -> dict[str, bytes]:
        """Return every file of the library here, but for locks, which hold nothing."""
        return tree(self.home / ".mp")


class Caller:
    """A process that makes calls when told to."""

    def __init__(self, machine: Machine) -> None:
        self.process = machine.start(sys.executable, str(CALLER))
        self._hear("ready")

    def ask(self, count: int) -> None:
        """Let it begin that many calls at once."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        self._hear("calling")

    def answer(self) -> tuple[Counter[str], list[str]]:
        """Return what came of the calls, error messages or `ok`, and the warnings."""
        told = json.loads(self._line())
        return Counter(told["outcomes"]), told["warnings"]

    def call(self, count: int = 1) -> Counter[str]:
        """Let it make that many calls at once, and return what came of them."""
        self.ask(count)
        return self.answer()[0]

    def _hear(self, word: str) -> None:
        heard = self._line()
        assert heard == word, heard + self.process.communicate(timeout=60)[1]

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")


class Login:
    """A login that is under way in a process of its own.

    Attributes:
        process: The process.
        said: What it has said so far.
        address: Where the person is to approve.
        port: Where the redirect is expected.
    """

    def __init__(
        self,
        machine: Machine,
        *words: str,
        start: Sequence[str] = LOGIN,
        on_terminal: bool = False,
    ) -> None:
        self._machine = machine
        command = (*start, *words)
        if on_terminal:
            self.process, self._keyboard, self._screen = machine.start_on_terminal(*command)
        else:
            self.process = machine.start(*command, stdin=subprocess.DEVNULL)
            assert self.process.stderr is not None
            self._screen = self.process.stderr
        self.said = ""
        self.address = self.wait_for("  http").strip()
        [redirect_uri] = parse_qs(urlsplit(self.address).query)["redirect_uri"]
        self.port = urlsplit(redirect_uri).port or 0

    def wait_for(self, start: str) -> str:
        """Return the next line that starts like this."""
        for line in self._lines():
            if line.startswith(start):
                return line
        raise AssertionError(self.said)

    def wait_for_question(self, text: str) -> None:
        """Return when the terminal shows a question, behind which its line does not end."""
        while text not in self.said:
            said = self._screen.read(1)
            assert said, self.said
            self.said += said

    def wait_for_browser(self) -> None:
        """Return when the browser shows the address."""
        self._machine.wait_for_browser()

    def type(self, text: str) -> None:
        """Type at the terminal."""
        self._keyboard.write(text)
        self._keyboard.flush()

    def end(self, timeout_s: float = 20) -> int:
        """Return the exit code; all that was said is in `said` then."""
        code = self.process.wait(timeout_s)
        for _ in self._lines():
            pass
        return code

    def _lines(self) -> Iterator[str]:
        with suppress(OSError):  # A terminal ends with an error.
            for line in self._screen:
                self.said += line
                yield line
