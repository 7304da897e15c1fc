"""A command to take tokens from, whose every run leaves a line."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import mp_core as mp
from mp_core.testing.fixtures import home, sandbox
from mp_exec import ExecAccount

__all__ = ["home", "sandbox"]

LOGGED = """
import os, sys
with open({log!r}, "a") as log:
    print(os.getpid(), file=log)
"""


@dataclass(frozen=True)
class Command:
    """A program that a test writes.

    Attributes:
        directory: Where it is.
    """

    directory: Path

    @property
    def line(self) -> tuple[str, ...]:
        return sys.executable, str(self.directory / "command.py")

    @property
    def runs(self) -> int:
        """How often it was run."""
        log = self.directory / "log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def does(self, code: str, file: str = "command.py") -> None:
        """Write the program."""
        head = LOGGED.format(log=str(self.directory / "log"))
        (self.directory / file).write_text(f"{head}\n{code}\n")

    def prints(
        self,
        *,
        expires_in_s: float = 3600,
        delay_s: float = 0,
        before: str = "",
        file: str = "command.py",
        **answer: Any,
    ) -> None:
        """Let it print an answer, a good one unless told otherwise."""
        expires_at = (datetime.now(UTC) + timedelta(seconds=expires_in_s)).isoformat()
        usual = {"version": 1, "access_token": "fake-token-of-a-command", "expires_at": expires_at}
        text = json.dumps({**usual, **answer})
        self.does(f"{before}\nimport time; time.sleep({delay_s})\nprint({text!r})", file)

    def account(self, **fields: Any) -> ExecAccount:
        """Return an account that the program proves."""
        usual = {"name": "bot", "region": "eu", "default_project": "7", "command": self.line}
        return ExecAccount.model_validate({**usual, **fields})

    def add(self, **fields: Any) -> None:
        """Add the account to the configuration."""
        account = self.account(**fields)
        mp.accounts.add(
            "bot",
            type="exec",
            region="eu",
            default_project="7",
            command=list(account.command),
            timeout_s=account.timeout_s,
        )


@pytest.fixture
def command(tmp_path: Path) -> Command:
    made = Command(tmp_path)
    made.prints()
    return made
