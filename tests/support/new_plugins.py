"""One new project of each kind, as `mp plugins new` of an installed core writes it, installed."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mp_core._scaffold.kind import KINDS
from tests.support.clean_environments import CleanEnvironment, build_all, dependencies


@dataclass(frozen=True)
class NewPlugins:
    """An environment with the core, a new plugin of each kind, and nothing else.

    Attributes:
        clean: The environment.
        directory: Where the projects are.
    """

    clean: CleanEnvironment
    directory: Path

    def project(self, kind: str) -> Path:
        """Return the project of a kind."""
        return self.directory / f"mp-acme-{kind}"

    def mp(self, *words: str, **env: str) -> str:
        """Return what a command prints that is to succeed."""
        done = self.try_mp(*words, **env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def try_mp(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command, whatever becomes of it."""
        return self.clean.run("mp", *words, **env)

    def mp_json(self, *words: str, **env: str) -> Any:
        """Return what a command prints as JSON."""
        return json.loads(self.mp(*words, "-f", "json", **env))

    def add(self, type_: str, *options: str, region: str = "eu", **env: str) -> None:
        """Add the account `me` of a kind's type."""
        words = ("--type", f"acme_{type_}", "--region", region, "--default-project", "3018488")
        self.mp("account", "add", "me", *words, *options, **env)


@pytest.fixture(scope="session")
def new_plugins(core_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> NewPlugins:
    """The environment, made once for all tests of a process."""
    root = tmp_path_factory.mktemp("new_plugins")
    clean = CleanEnvironment(root / "venv")
    clean.link("pytest", "hypothesis", *dependencies("mp-core"))
    clean.install(core_wheel)
    made = NewPlugins(clean, root / "projects")
    made.directory.mkdir()
    for kind in KINDS:
        made.mp("plugins", "new", f"acme_{kind}", "--kind", kind, "--in", str(made.directory))
    clean.install(*sorted(build_all(map(made.project, KINDS), root)))
    return made
