"""Running mypy and pyright, which are not installed everywhere.

Without these programs, or Node.js for pyright, tests skip and say why; where
`TYPE_CHECKERS=required` is set, they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest


def needs(checker: str) -> None:
    """Skip the test where a checker cannot run, unless it is required."""
    reason = _missing(checker)
    if reason and os.environ.get("TYPE_CHECKERS") != "required":
        pytest.skip(reason)


def outcome(directory: Path, *command: str) -> str:
    """Run a program of the environment, which may find something, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def _missing(checker: str) -> str | None:
    if find_spec(checker) is None:
        return f"{checker} is not installed"
    return None if checker != "pyright" or shutil.which("node") else "node is not installed"
