"""Each kind of plugin has a project of its own, which is complete and formatted."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mp_core import __version__
from mp_core._scaffold.kind import DEFAULT, KINDS
from mp_core._scaffold.project import new_project
from mp_core.plugin.hooks import CONTRACT, EXTENSIONS, PROVIDERS
from tests.support.type_checkers import needs

NAMES = ["a", "x2", "a_b_c", "acme_account", "class", "a" * 24]
PROVIDER_KINDS = {"ticket", "oauth", "device", "command", "signing"}


def texts(root: Path) -> dict[str, str]:
    return {
        str(file.relative_to(root)): file.read_text() for file in root.rglob("*") if file.is_file()
    }


def announced(root: Path) -> dict[str, dict[str, str]]:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    points: dict[str, dict[str, str]] = project["entry-points"]
    return points


def test_a_provider_with_a_ticket_is_the_usual_kind() -> None:
    assert DEFAULT == "ticket"
    assert {name for name, kind in KINDS.items() if kind.is_provider} == PROVIDER_KINDS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["a", "acme_account", "class", "a" * 40])
def test_nothing_is_left_to_fill_in(tmp_path: Path, kind: str, name: str) -> None:
    for path, text in texts(new_project(name, tmp_path, kind)).items():
        assert "{{" not in text, path
        assert "}}" not in text, path
        if path.endswith(".py"):
            ast.parse(text)


@pytest.mark.parametrize("kind", KINDS)
def test_a_project_is_whole_and_speaks_the_contract_of_this_core(tmp_path: Path, kind: str) -> None:
    root = new_project("acme", tmp_path, kind)
    found = texts(root)
    package, tests = "mp_acme/__init__.py", "tests/test_contract.py"
    assert {"README.md", "pyproject.toml", "mp_acme/py.typed", package, tests} <= set(found)
    assert f'MP_CONTRACT = "{CONTRACT}"' in found[package]
    project = tomllib.loads(found["pyproject.toml"])["project"]
    assert f"mp-core>={__version__}" in project["dependencies"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_plugin_is_announced_in_the_group_of_its_kind(tmp_path: Path, kind: str) -> None:
    points = announced(new_project("acme", tmp_path, kind))
    group = PROVIDERS if KINDS[kind].is_provider else EXTENSIONS
    assert points.pop(group) == {"acme": "mp_acme"}
    assert bool(points) == KINDS[kind].is_provider


@pytest.mark.parametrize("kind", sorted(PROVIDER_KINDS))
def test_h99_a_provider_announces_each_variable_that_it_looks_for(
    tmp_path: Path, kind: str
) -> None:
    root = new_project("acme", tmp_path, kind)
    variables = announced(root)["mp_core.environment"]
    assert set(variables.values()) == {"acme"}
    module = ast.parse((root / "mp_acme" / "__init__.py").read_text())
    (value,) = (
        node.value
        for node in module.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "VARIABLES"
    )
    assert set(ast.literal_eval(value).values()) == set(variables)


@pytest.mark.parametrize("kind", KINDS)
def test_the_readme_leads_from_an_empty_directory_to_passed_tests(
    tmp_path: Path, kind: str
) -> None:
    readme = (new_project("acme_sso", tmp_path, kind) / "README.md").read_text()
    assert f"$ mp plugins new acme_sso --kind {kind}\n" in readme
    assert '$ pip install --editable "./mp-acme-sso[dev]" && pytest mp-acme-sso\n' in readme
    assert KINDS[kind].is_provider != ("mp plugins enable acme_sso" in readme)


@pytest.mark.parametrize("command", ["format --check", "check"])
def test_projects_are_formatted_and_clean_by_the_usual_rules(tmp_path: Path, command: str) -> None:
    needs("ruff")
    for name in NAMES:
        (tmp_path / name).mkdir()
        for kind in KINDS:
            (tmp_path / name / kind).mkdir()
            new_project(name, tmp_path / name / kind, kind)
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command.split(), "--no-cache", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
