"""A shell for tests: commands in this process, on pipes, and on a terminal."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mp_core.cli.run import run
from tests.support.child_processes import started
from tests.support.terminal import Terminal

MP = (sys.executable, "-m", "mp_core.cli")
TIMEOUT_S = 180


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
    def home(self) -> Path:
        """The home directory."""
        return Path(self.env["HOME"])

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.home / ".mp" / "config.toml"

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
            cwd=self.home,
            env=self.process_env(**env),
            input=stdin,
            capture_output=True,
            text=True,
            encoding=encoding,
            timeout=TIMEOUT_S,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str, **popen: Any) -> AbstractContextManager[subprocess.Popen[str]]:
        """Run a command as a process, on pipes unless told otherwise, that ends with the block."""
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return started(*MP, *words, **{**pipes, "env": self.process_env(), **popen})

    def terminal(self, *words: str, width: int = 80, **env: str) -> Terminal:
        """Start a command on a terminal of that many columns."""
        return Terminal(MP + words, self.process_env(**env), width)

    def process_env(self, **env: str) -> dict[str, str]:
        """Return the environment of a process."""
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return {**kept, "LANG": "C.UTF-8", "TERM": "xterm", **self.env, **env}
