"""A shell for tests: commands in this process, on pipes, and on a terminal."""

from __future__ import annotations

import fcntl
import io
import json
import os
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

import pytest

from mp_core.cli.run import run

MP = (sys.executable, "-m", "mp_core.cli")
TIMEOUT_S = 60

_WITH_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes stdin the controlling terminal, whose keys send signals, before it becomes the command."""


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code, what it printed, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The data as JSON."""
        return json.loads(self.out)

    @property
    def failure(self) -> Any:
        """The error as JSON, which is the last line that was said."""
        return json.loads(self.err.splitlines()[-1])


class Shell:
    """Runs `mp` in this process, which is fast.

    Args:
        env: The environment of the commands.
        capsys: Takes what they print.
        monkeypatch: Gives them a stdin.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.env = dict(env)
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    @property
    def config(self) -> Path:
        """The configuration file."""
        return Path(self.env["HOME"]) / ".mp" / "config.toml"

    def mp(self, *words: str, stdin: str | None = None, **env: str) -> Outcome:
        """Run a command; without `stdin` its stdin is closed."""
        source = None if stdin is None else io.TextIOWrapper(io.BytesIO(stdin.encode()))
        self._monkeypatch.setattr("sys.stdin", source)
        code = run(words, {**self.env, **env})
        out, err = self._capsys.readouterr()
        return Outcome(code, out, err)

    def ok(self, *words: str, stdin: str | None = None, **env: str) -> Outcome:
        """Run a command that has to succeed."""
        done = self.mp(*words, stdin=stdin, **env)
        assert done.code == 0, done
        return done

    def process(
        self, *words: str, stdin: str | None = None, encoding: str = "utf-8", **env: str
    ) -> Outcome:
        """Run a command as a process of its own, on pipes; without `stdin` its stdin is closed."""
        done = subprocess.run(
            MP + words if stdin is not None else ("sh", "-c", 'exec "$@" <&-', "sh", *MP, *words),
            env=self._process_env(env),
            input=stdin,
            capture_output=True,
            text=True,
            encoding=encoding,
            timeout=TIMEOUT_S,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str, **popen: Any) -> subprocess.Popen[str]:
        """Start a command as a process, on pipes unless told otherwise; the caller ends it."""
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen(
            MP + words, **{**pipes, "text": True, "env": self._process_env({}), **popen}
        )

    def terminal(self, *words: str, width: int = 80, **env: str) -> Terminal:
        """Start a command on a terminal of that many columns."""
        return Terminal(MP + words, self._process_env(env), width)

    def _process_env(self, env: Mapping[str, str]) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return {**kept, "LANG": "C.UTF-8", "TERM": "xterm", **self.env, **env}


class Terminal:
    """A process whose stdin, stdout and stderr are one terminal.

    Attributes:
        screen: What it has shown so far, with plain line ends.
    """

    def __init__(self, command: tuple[str, ...], env: Mapping[str, str], width: int) -> None:
        self.screen = ""
        self._open = ExitStack()
        ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        self._master: IO[bytes] = self._open.enter_context(open(ours, "r+b", buffering=0))
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
        self.process = self._open.enter_context(
            subprocess.Popen(
                (sys.executable, "-c", _WITH_TERMINAL, *command),
                **streams,
                env=env,
                start_new_session=True,
            )
        )
        self._open.callback(self.process.kill)
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def wait_for(self, text: str) -> None:
        """Return when the screen shows the text."""
        for _ in self._read():
            if text in self.screen:
                return
        raise AssertionError(self.screen)

    def type(self, text: str) -> None:
        """Type at the keyboard."""
        self._master.write(text.encode())

    def end(self) -> int:
        """Wait for the end and return the exit code; the screen is complete then."""
        for _ in self._read():
            pass
        return self.process.wait(TIMEOUT_S)

    def _read(self) -> Iterator[bytes]:
        while chunk := self._chunk():
            self.screen += chunk.decode().replace("\r\n", "\n")
            yield chunk

    def _chunk(self) -> bytes:
        try:
            return self._master.read(65536)
        except OSError:  # A terminal that nobody holds any more ends with an error.
            return b""
