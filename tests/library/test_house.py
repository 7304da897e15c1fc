"""The house rules that no import contract can state: which library loads where, and who is named.

Which package may import which is in `pyproject.toml`, for `lint-imports`.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source_imports import CORE, ROOT, Import, imports, is_for_type_checkers

LOADED_WITH = {
    "pydantic": {
        *("_frozen", "plugin.account", "plugin.tokens", "plugin._fields", "_values", "_config"),
        *("_tokens", "_runtime", "_bridge", "_api", "_accounts", "targets", "testing"),
    },
    "pydantic_core": {"_frozen", "plugin.account", "_values", "_bridge"},
    "httpx": {
        *("_network.client", "_network.routes", "_network.ways", "_api.addresses"),
        *("_api.attempts", "_api.auth", "_api.bodies", "_api.client", "testing"),
    },
    "pluggy": {"plugin.hooks", "plugin._host"},
    "importlib_metadata": {"plugin._host.discovery", "plugin._host.distributions"},
    "click": {"cli"},
    "wcwidth": set[str](),
    "filelock": set[str](),
}
"""Which packages and modules may import a library when they are imported themselves."""

USED_IN = {
    "click": {"cli"},
    "wcwidth": {"cli.output"},
    "filelock": {"_storage"},
    "tomli_w": {"_config"},
    "pluggy": {"plugin"},
    "importlib_metadata": {"plugin._host"},
}
"""Which packages may import a library at all, where that is not everyone."""

ACCOUNT_TYPE = re.compile(
    r"(?<![A-Za-z0-9])(?:service[-_]account|oauth[-_]browser|oauth[-_]token)(?![A-Za-z0-9])"
)
PLUGIN_MAY_IMPORT = {"mp_core.plugin", "mp_core.errors"}
PLUGIN_TESTS_MAY_IMPORT = PLUGIN_MAY_IMPORT | {"mp_core", "mp_core.testing", "mp_core.sandbox"}


def _sources(directory: Path) -> list[Path]:
    return sorted(directory.rglob("*.py"))


def _core_imports() -> list[Import]:
    return [found for file in _sources(CORE) for found in imports(file)]


def _is_in(file: Path, places: set[str]) -> bool:
    """Whether a file is one of these modules, or in one of these packages."""
    path = ".".join(file.relative_to(CORE).with_suffix("").parts)
    return any(path == place or path.startswith(f"{place}.") for place in places)


def test_heavy_libraries_load_only_with_the_modules_that_live_on_them() -> None:
    early = [
        str(found)
        for found in _core_imports()
        if not found.is_deferred
        and found.library in LOADED_WITH
        and not _is_in(found.file, LOADED_WITH[found.library])
    ]
    assert early == []


def test_some_libraries_are_used_only_where_they_belong() -> None:
    astray = [
        str(found)
        for found in _core_imports()
        if found.library in USED_IN and not _is_in(found.file, USED_IN[found.library])
    ]
    assert astray == []


@pytest.mark.parametrize(
    "place",
    sorted({place for places in (*LOADED_WITH.values(), *USED_IN.values()) for place in places}),
)
def test_a_place_that_is_named_here_is_there(place: str) -> None:
    path = CORE.joinpath(*place.split("."))
    assert path.is_dir() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("mp_core", {"pydantic", "httpx", "click", "wcwidth", "pluggy", "importlib_metadata"}),
        ("mp_core.plugin", {"pydantic", "httpx", "click", "wcwidth", "pluggy"}),
        ("mp_core.plugin._host.host", {"pydantic", "httpx", "click", "wcwidth"}),
    ],
)
def test_a_face_loads_in_a_fresh_interpreter_without(module: str, heavy: set[str]) -> None:
    code = f"import {module}, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert heavy.intersection(done.stdout.split()) == set()


def test_a_private_package_says_what_lives_there_and_hands_out_nothing() -> None:
    inits = [file for file in CORE.rglob("__init__.py") if _is_private(file.parent)]
    assert inits
    for init in inits:
        [sentence] = ast.parse(init.read_text()).body
        assert isinstance(sentence, ast.Expr), init


def _is_private(package: Path) -> bool:
    return any(part.startswith("_") for part in package.relative_to(CORE).parts)


def test_the_core_names_no_account_type_and_no_plugin() -> None:
    mentions = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in sorted(CORE.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
        for number, line in _visible_lines(file)
        if ACCOUNT_TYPE.search(line)
    ]
    assert mentions == []


def _visible_lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file, without what the package's face tells type checkers."""
    text = file.read_text()
    hidden: set[int] = set()
    if file == CORE / "__init__.py":
        for node in filter(is_for_type_checkers, ast.parse(text).body):
            hidden.update(range(node.lineno, (node.end_lineno or 0) + 1))
    lines = enumerate(text.splitlines(), start=1)
    return ((number, line) for number, line in lines if number not in hidden)


def _plugin_projects() -> list[Path]:
    """The projects of plugins: those shipped with the core, and those of third parties."""
    places = (ROOT / "plugins", ROOT / "tests" / "third_party")
    return [file.parent for place in places for file in place.glob("*/pyproject.toml")]


def test_plugins_import_only_the_face_made_for_them() -> None:
    wrong = [
        str(found)
        for project in _plugin_projects()
        for file in _sources(project)
        for found in imports(file)
        if found.library == "mp_core" and not _plugin_may(found, project)
    ]
    assert wrong == []


def _plugin_may(found: Import, project: Path) -> bool:
    is_test = "tests" in found.file.relative_to(project).parts
    if is_test and found.module.startswith("mp_core.testing."):
        return True
    return found.face in (PLUGIN_TESTS_MAY_IMPORT if is_test else PLUGIN_MAY_IMPORT)


def _map() -> str:
    """The README's account of where things are."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text.partition("## Where things are\n")[2].partition("\n## ")[0]


def test_the_map_names_every_package_and_no_place_that_is_not_there() -> None:
    named = re.findall(r"`((?:mp_core|plugins|tests)/[\w/*.]*)`", _map())
    for place in named:
        assert list(ROOT.glob(place)), place
    packages = {
        f"mp_core/{path.name}/" for path in CORE.iterdir() if (path / "__init__.py").exists()
    }
    assert packages - set(named) == set()


def test_the_map_leads_to_files_that_are_there() -> None:
    [door] = [part for part in _map().split("\n\n") if part.startswith("To know the project")]
    files = re.findall(r"`([\w/]+\.py)`", door)
    assert len(files) > 5
    last = Path()
    for file in files:
        path = next(base for base in (ROOT, CORE, last) if (base / file).is_file()) / file
        last = path.parent


def test_h81_programs_are_started_in_one_place_beside_the_demonstration_and_the_kit() -> None:
    ways = r"os\.(?:system|popen|exec\w*|spawn\w*|posix_spawn\w*)|webbrowser\.\w+|click\.launch"
    ways += r"|subprocess\.(?:Popen|run|\w*call|check_output|getoutput)|click\.edit|click\.\w*pager"
    starts = re.compile(rf"\b(?:{ways})\(")
    places = {file for file in _sources(CORE) if starts.search(file.read_text())}
    assert {file.relative_to(CORE).as_posix() for file in places} == {
        "_accounts/children.py",
        "cli/demo/stage.py",
        "testing/extensions/children.py",
        "testing/imports.py",
    }
