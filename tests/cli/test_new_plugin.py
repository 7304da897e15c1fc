"""`mp plugins new` tells which kinds of plugins there are, and writes the one that is asked for."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from mp_core._scaffold.kind import KINDS
from tests.support.shell import Shell


def test_the_help_tells_each_kind_in_a_line_of_its_own(shell: Shell) -> None:
    lines = shell.ok("plugins", "new", "--help").out.splitlines()
    told = lines[lines.index("Kinds:") + 1 : lines.index("", lines.index("Kinds:"))]
    assert [line.split(maxsplit=1) for line in told] == [
        [name, kind.summary] for name, kind in KINDS.items()
    ]


def test_an_unknown_kind_is_an_error_of_usage_that_names_all(shell: Shell, tmp_path: Path) -> None:
    done = shell.mp("plugins", "new", "acme", "--kind", "saml", "--in", str(tmp_path))
    assert (done.code, done.out) == (3, "")
    assert re.findall(r"'(\w+)'", done.err) == ["saml", *KINDS]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_written_is_told_with_its_kind(shell: Shell, tmp_path: Path, kind: str) -> None:
    words = ("plugins", "new", "acme", "--kind", kind, "--in", str(tmp_path), "-f", "json")
    root = tmp_path / "mp-acme"
    assert shell.ok(*words).json == {"name": "acme", "kind": kind, "path": str(root)}
    assert (root / "pyproject.toml").is_file()


def test_a_command_is_told_that_works_wherever_the_project_is(shell: Shell, tmp_path: Path) -> None:
    directory = tmp_path / "my projects"
    directory.mkdir()
    said = shell.ok("plugins", "new", "acme", "--in", str(directory)).err
    words = shlex.split(said.partition("To work on it: ")[2])
    root = str(directory / "mp-acme")
    assert words == ["pip", "install", "-e", f"{root}[dev]", "&&", "pytest", root]
