"""What the projects of an audit log and of a store write is this user's, whatever the umask."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mp_core._scaffold.project import new_project

AUDIT = """
from datetime import UTC, datetime
from mp_core.plugin import AuditEvent
import mp_acme
mp_acme.mp_record(AuditEvent("refreshed", datetime.now(UTC), "me", "ticket", "us"))
"""
STORE = """
from mp_acme import database
database.write("key", "text")
"""


def write(tmp_path: Path, kind: str) -> Path:
    """Let a plugin of a kind write, without a umask, to a file below directories of its own."""
    file = tmp_path / "one" / "two" / "file"
    root = new_project("acme", tmp_path, kind)
    code = f"import os; os.umask(0)\n{AUDIT if kind == 'audit' else STORE}"
    env = {**os.environ, "ACME_FILE": str(file), "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], cwd=root, env=env, check=True, timeout=120)
    return file


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("kind", ["audit", "store"])
def test_nobody_else_gets_to_a_file_or_a_directory_above_it(tmp_path: Path, kind: str) -> None:
    file = write(tmp_path, kind)
    above = [file.parent, file.parent.parent]
    assert (mode_of(file), *map(mode_of, above)) == (0o600, 0o700, 0o700)


@pytest.mark.parametrize("kind", ["audit", "store"])
def test_a_file_that_others_could_read_becomes_private(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "one" / "two" / "file"
    file.parent.mkdir(parents=True)
    file.touch()
    file.chmod(0o666)
    assert mode_of(write(tmp_path, kind)) == 0o600
