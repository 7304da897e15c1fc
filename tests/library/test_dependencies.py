"""What the distributions depend on; `.ci/run` runs this with the lowest versions and the newest."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import importlib_metadata
import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECTS = [ROOT / "pyproject.toml", *sorted((ROOT / "plugins").glob("*/pyproject.toml"))]
NEEDED = {
    (path.parent.name, line)
    for path in PROJECTS
    for line in tomllib.loads(path.read_text())["project"]["dependencies"]
}


@pytest.mark.parametrize(("project", "line"), sorted(NEEDED))
def test_h60_a_dependency_has_a_lowest_version_and_no_other_bound(project: str, line: str) -> None:
    [bound] = Requirement(line).specifier
    assert bound.operator == ">="


def test_h60_mp_starts_with_versions_that_the_bounds_allow() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mp_core.cli", "--version"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = tomllib.loads(PROJECTS[0].read_text())["project"]["dependencies"]
    for needed in map(Requirement, lines):
        assert needed.specifier.contains(importlib_metadata.version(needed.name), prereleases=True)
