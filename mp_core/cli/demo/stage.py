"""Where the demonstration plays: throw-away homes, a local Mixpanel, commands that are shown."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from mp_core import _env as variables
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import MpError
from mp_core.sandbox import Sandbox

_INHERITED: Final = ("PATH", "LANG", "LC_ALL", "TERM", "SYSTEMROOT", "PYTHONPATH")
_TIMEOUT_S: Final = 60
_MP: Final = (sys.executable, "-m", "mp_core.cli")


class Stage:
    """One machine of the demonstration: its home, and the commands that run there."""

    def __init__(self, home: Path, sandbox: Sandbox) -> None:
        """Take the home, and the Mixpanel that its commands talk to."""
        self.home = home
        self.sandbox = sandbox
        home.mkdir(mode=0o700)

    def mp(
        self, *words: str, secret: str | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        """Show a command and run it.

        Args:
            *words: What follows `mp`.
            secret: What it reads from stdin.
            env: More variables, shown before the command.
        """
        shown = [f"{name}={shlex.quote(value)}" for name, value in (env or {}).items()]
        source = f"echo {secret} | " if secret else ""
        self._run(
            source + " ".join([*shown, "mp", *map(shlex.quote, words)]), [*_MP, *words], secret, env
        )

    def needs_login(self, name: str) -> bool:
        """Return whether an account that was added has to log in."""
        return Accounts(Context(env=self._env())).show(name).status == "needs_login"

    def python(self, *lines: str) -> None:
        """Show lines of Python and run them, with what they print."""
        script = "".join(
            f"print({'>>> ' + line!r}); exec(compile({line!r}, '<demo>', 'single'))\n"
            for line in lines
        )
        self._run("python", [sys.executable, "-c", script], None, None)

    def _run(
        self, shown: str, command: list[str], secret: str | None, env: Mapping[str, str] | None
    ) -> None:
        click.secho(f"$ {shown}", bold=True)
        sys.stdout.flush()
        done = subprocess.run(
            command,
            env=self._env() | dict(env or {}),
            cwd=self.home,
            input=secret or "",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=_TIMEOUT_S,
            check=False,
        )
        click.echo(done.stdout)
        if done.returncode:
            raise MpError(
                f"The demonstration ended early: `{shown}` exited with {done.returncode}.",
                hint="This is a defect; what the command printed is above.",
            )

    def _env(self) -> dict[str, str]:
        """Return an environment that says nothing about Mixpanel but where the sandbox is."""
        kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return kept | {
            "HOME": str(self.home),
            "PYTHONUTF8": "1",
            "PYTHONPATH": os.pathsep.join(map(os.path.abspath, filter(None, sys.path))),
            "BROWSER": _browser(),
            variables.API_BASE_URL: self.sandbox.url,
        }


def _browser() -> str:
    """Return a browser whose user approves at the sandbox; it runs beside its caller."""
    return f"{shlex.quote(sys.executable)} -m mp_core.sandbox.oauth.visitor %s &"


@contextmanager
def stages() -> Iterator[tuple[Stage, Stage]]:
    """Set up two machines that talk to one Mixpanel, and clean up.

    Raises:
        MpError: There is no interpreter to start.
    """
    if getattr(sys, "frozen", False) or not sys.executable:
        raise MpError(
            "The demonstration starts Python, which is built into this program.",
            hint='Install it apart: python -m pip install "mp-core[providers]"',
        )
    with tempfile.TemporaryDirectory(prefix="mp-demo-") as directory, Sandbox() as sandbox:
        root = Path(directory)
        yield Stage(root / "laptop", sandbox), Stage(root / "elsewhere", sandbox)
