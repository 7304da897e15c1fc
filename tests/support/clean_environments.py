"""Clean Python environments, made without a network from what is installed here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
_TIMEOUT_S = 480


class CleanEnvironment:
    """An environment with nothing in it but what a test puts there.

    Args:
        root: Where it is made.
    """

    def __init__(self, root: Path) -> None:
        venv.create(root, symlinks=True)
        self.bin = root / "bin"
        (self._site,) = root.glob("lib/python*/site-packages")

    def link(self, *distributions: str) -> None:
        """Install what is installed here, with all that it needs, as links."""
        for name in _closure(distributions):
            for file in metadata.files(name) or []:
                top = file.parts[0]
                if top not in ("..", "__pycache__") and not (self._site / top).exists():
                    (self._site / top).symlink_to(str(metadata.distribution(name).locate_file(top)))

    def install(self, *wheels: Path) -> None:
        """Install wheels, and nothing that they need."""
        into = ["--python", str(self.bin / "python"), "install", "--no-deps", "--no-index"]
        _pip(*into, *map(str, wheels))

    def run(self, program: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, which sees the variables of the test and these.

        It does not see what the tests are started in, where the core lies as source text.
        """
        return subprocess.run(
            [self.bin / program, *arguments],
            env={**os.environ, "PYTHONSAFEPATH": "1", **env},
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )


def unpack(into: Path, *distributions: str, apart: Path) -> None:
    """Copy what is installed here, with all that it needs; what has compiled modules goes apart."""
    for name in _closure(distributions):
        files = [file for file in metadata.files(name) or [] if file.parts[0] != ".."]
        is_compiled = any(file.suffix in (".so", ".pyd") for file in files)
        for file in files:
            if file.suffix != ".pyc":
                copied = (apart if is_compiled else into) / file
                copied.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), copied)


def install_into(directory: Path, *wheels: Path) -> None:
    """Install wheels into a directory, and nothing that they need."""
    _pip("install", "--no-deps", "--no-index", "--target", str(directory), *map(str, wheels))


def build(project: Path, into: Path) -> Path:
    """Build a project's wheel, and return it."""
    (wheel,) = build_all([project], into)
    return wheel


def build_all(projects: Iterable[Path], into: Path) -> set[Path]:
    """Build the wheels of projects, and return them."""
    before, sources = set(into.glob("*.whl")), map(str, projects)
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(into), *sources)
    return set(into.glob("*.whl")) - before


def dependencies(distribution: str) -> Iterator[str]:
    """Yield the names of what a distribution needs here, without its extras."""
    for line in metadata.requires(distribution) or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name


def _closure(distributions: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    queue = list(distributions)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += dependencies(name)
    return found


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def core_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the core."""
    pytest.importorskip("hatchling", reason="wheels are built with hatchling")
    return build(ROOT, tmp_path_factory.mktemp("core"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory, core_wheel: Path) -> CleanEnvironment:
    """An environment with the core, pytest, what they need, and nothing else."""
    made = CleanEnvironment(tmp_path_factory.mktemp("environment") / "venv")
    made.link("pytest", "hypothesis", *dependencies("mp-core"))
    made.install(core_wheel)
    return made
