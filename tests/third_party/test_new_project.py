"""What `mp plugins new` writes builds, installs, passes its own tests and type-checks as it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mp_core._scaffold.kind import KINDS
from tests.support.new_plugins import NewPlugins
from tests.support.type_checkers import needs, outcome


@pytest.mark.parametrize("kind", KINDS)
def test_its_own_tests_pass(new_plugins: NewPlugins, kind: str) -> None:
    words = ("-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider")
    done = new_plugins.clean.run("python", *words, str(new_plugins.project(kind)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout


def test_all_plugins_are_found_and_load(new_plugins: NewPlugins) -> None:
    found = new_plugins.mp_json("plugins", "list", "--load")
    assert {plugin["name"] for plugin in found} == {f"acme_{kind}" for kind in KINDS}
    for plugin in found:
        is_provider = KINDS[plugin["name"].removeprefix("acme_")].is_provider
        assert plugin["kind"] == ("provider" if is_provider else "extension")
        assert plugin["status"] == ("available" if is_provider else "off"), plugin


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_its_types_are_right_at_the_strictest(
    new_plugins: NewPlugins, checker: str, tmp_path: Path
) -> None:
    needs(checker)
    directory = tmp_path / "projects"
    shutil.copytree(new_plugins.directory, directory)
    python = str(new_plugins.clean.bin / "python")
    said = {"mypy": mypy, "pyright": pyright}[checker](directory, python)
    assert said == [], "\n".join(said)


def mypy(directory: Path, python: str) -> list[str]:
    """Check each project by its own settings, and return what is wrong."""
    cache = str(directory / "cache")
    options = ("--python-executable", python, "--cache-dir", cache, "--no-error-summary")
    wrong = []
    for project in sorted(directory.glob("mp-*")):
        wrong += outcome(project, "mypy", *options).splitlines()
    return wrong


def pyright(directory: Path, python: str) -> list[str]:
    """Check all projects at once, each from its own directory, and return what is wrong."""
    projects = sorted(project.name for project in directory.glob("mp-*"))
    settings = {
        "include": projects,
        "executionEnvironments": [{"root": project} for project in projects],
        "typeCheckingMode": "strict",
    }
    (directory / "pyrightconfig.json").write_text(json.dumps(settings))
    found = json.loads(outcome(directory, "pyright", "--outputjson", "--pythonpath", python))
    assert found["summary"]["filesAnalyzed"] >= 2 * len(projects), found
    return [f"{each['file']}: {each['message']}" for each in found["generalDiagnostics"]]
