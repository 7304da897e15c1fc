"""Every command line that a new project spells is one `mp` takes, with its plugin installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from mp_core._runtime.context import Context
from mp_core._scaffold.kind import KINDS
from mp_core._scaffold.project import new_project
from mp_core.cli.invocation import Invocation
from mp_core.plugin._host.host import Host
from tests.support.home_files import configure
from tests.support.plugin_modules import announce
from tests.support.spelled_commands import lines_in, problems

NAME = "acme_{}_of_tests"


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def project(kind: str, tmp_path: Path) -> Path:
    return new_project(NAME.format(kind), tmp_path, kind)


@pytest.fixture
def plugin(kind: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The plugin, imported for as long as the test runs."""
    monkeypatch.syspath_prepend(project)
    name = f"mp_{NAME.format(kind)}"
    yield import_module(name)
    del sys.modules[name]


def test_every_command_line_that_a_new_project_spells_parses(
    kind: str, project: Path, plugin: ModuleType, home: Path
) -> None:
    name = NAME.format(kind)
    configure(home, accounts={"me": {"type": name, "region": "eu", "command": "helper"}})
    host = Host({}, scan=lambda: announce(name, plugin))

    def invocation() -> Invocation:
        made = Invocation({"HOME": str(home)})
        made.context = Context(env=made.env, plugins=host)
        return made

    files = [file for file in project.rglob("*") if file.suffix in (".py", ".md")]
    lines = [line for file in files for line in lines_in(file, file.name)]
    found = ((line, problems(line, ("me",), invocation)) for line in lines)
    assert [f"{line}: {said[0]}" for line, said in found if said] == []
    assert f"plugins info {name}" in {line.text for line in lines}
