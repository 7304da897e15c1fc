"""The layers: what may import what, how early, and what the core may not even mention."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.imports import CORE, ROOT, Import, imports, is_core_module, is_for_type_checkers

TABLE = (
    "errors env paths endpoints transport",
    "files locks toml_scan toml_edit",
    "hookspecs installation contract causes loading hooks registry",
    "frozen headers account_model models values",
    "tokens snapshot config env_accounts account_classes",
    "request registrations slots vault context bearer bridge identity",
    "resolution notices resolver defaults account_records bridge_export flow picker wish",
    "retries answers auth client me me_cache switch",
    "login logout probe proof queries scopes lookups status accounts targets session workspace"
    " plugins auth_types",
    "regions choices onboarding doctor",
    "cli sandbox scaffold testing",
)
"""The rows, lowest first: a module imports from the rows before its own."""

ROWS = {module: row for row, modules in enumerate(TABLE) for module in modules.split()}
TOP = len(TABLE) - 1
FACES = {"__init__", "plugin"}

WITHIN_A_ROW = {
    "env": {"errors"},
    "paths": {"env", "errors"},
    "endpoints": {"env", "errors"},
    "transport": {"errors"},
    "locks": {"files"},
    "toml_edit": {"toml_scan"},
    "installation": {"hookspecs"},
    "contract": {"hookspecs", "installation"},
    "loading": {"causes", "contract", "hookspecs", "installation"},
    "hooks": {"causes", "hookspecs", "installation", "loading"},
    "registry": {"hooks", "hookspecs", "installation", "loading"},
    "account_model": {"frozen"},
    "models": {"account_model", "frozen", "headers"},
    "values": {"frozen"},
    "config": {"snapshot"},
    "vault": {"slots"},
    "context": {"vault"},
    "bearer": {"context"},
    "bridge": {"context"},
    "notices": {"resolution"},
    "resolver": {"notices", "resolution"},
    "answers": {"retries"},
    "client": {"answers", "auth", "retries"},
    "me": {"answers"},
    "me_cache": {"me"},
    "login": {"probe"},
    "proof": {"probe", "status"},
    "accounts": {"login", "logout", "probe", "proof", "status"},
    "lookups": {"scopes"},
    "workspace": {"lookups", "queries"},
    "onboarding": {"choices", "regions"},
    "cli": {"sandbox", "scaffold"},
    "testing": {"sandbox"},
}
"""Imports between neighbours: a module, and those of its own row that it may import."""

LOADED_WITH = {
    "pydantic": {module for module, row in ROWS.items() if row >= 3},
    "pydantic_core": {module for module, row in ROWS.items() if row >= 3},
    "httpx": {module for module, row in ROWS.items() if row >= 7 and module != "sandbox"},
    "pluggy": {module for module, row in ROWS.items() if row == 2},
    "importlib_metadata": {module for module, row in ROWS.items() if row == 2},
    "click": {"cli"},
    "rich": set[str](),
    "filelock": set[str](),
}
"""Which modules may import a library when they are imported themselves."""

USED_IN = {
    "click": {"cli"},
    "rich": {"cli"},
    "httpx": {*ROWS} - {"sandbox"},
}
"""Which modules may import a library at all, where that is not everyone."""

ACCOUNT_TYPE = re.compile(
    r"(?<![A-Za-z0-9])(?:service[-_]account|oauth[-_]browser|oauth[-_]token)(?![A-Za-z0-9])"
)
PLUGIN_MAY_IMPORT = {"mp_core.plugin", "mp_core.errors"}
PLUGIN_TESTS_MAY_IMPORT = PLUGIN_MAY_IMPORT | {"mp_core", "mp_core.testing", "mp_core.sandbox"}


def _sources(directory: Path) -> list[Path]:
    return sorted(directory.rglob("*.py"))


def _module_of(file: Path) -> str:
    """The top-level module or package of the core that a file belongs to."""
    return file.relative_to(CORE).parts[0].removesuffix(".py")


def _core_imports() -> list[Import]:
    return [found for file in _sources(CORE) for found in imports(file)]


def _is_allowed(importer: str, imported: str) -> bool:
    if imported in FACES:
        return ROWS[importer] == TOP
    return (
        imported == importer
        or ROWS.get(imported, TOP) < ROWS[importer]
        or imported in WITHIN_A_ROW.get(importer, set())
    )


def _uses_of_the_face(file: Path) -> set[str]:
    """What a module uses of the package itself: `import mp_core` and `from mp_core import …`."""
    tree = ast.parse(file.read_text())
    attributes = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "mp_core"
    }
    names = {
        found.name
        for found in imports(file)
        if found.module == "mp_core" and found.name and not is_core_module(found.name)
    }
    return attributes | names


def test_every_core_module_has_a_row() -> None:
    modules = {_module_of(file) for file in _sources(CORE)} - FACES
    homeless = sorted(modules - ROWS.keys())
    assert not homeless, f"give it a row: {', '.join(homeless)}"


def test_a_core_module_imports_only_from_rows_above_its_own() -> None:
    wrong = [
        str(found)
        for found in _core_imports()
        if (importer := _module_of(found.file)) in ROWS
        and (imported := found.core_module) is not None
        and imported != "__init__"
        and not _is_allowed(importer, imported)
    ]
    assert wrong == []


def test_neighbours_are_named_only_within_one_row() -> None:
    for module, neighbours in WITHIN_A_ROW.items():
        assert {ROWS[module]} == {ROWS[neighbour] for neighbour in neighbours}, module


def test_below_the_top_row_the_package_itself_is_asked_only_for_its_version() -> None:
    uses = {
        str(file.relative_to(ROOT)): used
        for file in _sources(CORE)
        if ROWS.get(_module_of(file), TOP) < TOP
        and (used := _uses_of_the_face(file) - {"__version__"})
    }
    assert uses == {}


def test_heavy_libraries_load_only_with_the_modules_that_live_on_them() -> None:
    early = [
        str(found)
        for found in _core_imports()
        if not found.is_deferred
        and found.library in LOADED_WITH
        and _module_of(found.file) not in LOADED_WITH[found.library]
    ]
    assert early == []


def test_some_libraries_are_used_only_where_they_belong() -> None:
    astray = [
        str(found)
        for found in _core_imports()
        if found.library in USED_IN and _module_of(found.file) not in USED_IN[found.library]
    ]
    assert astray == []


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("mp_core", {"pydantic", "httpx", "click", "rich", "pluggy", "importlib_metadata"}),
        ("mp_core.plugin", {"httpx", "click", "rich"}),
    ],
)
def test_a_face_loads_in_a_fresh_interpreter_without(module: str, heavy: set[str]) -> None:
    code = f"import {module}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert heavy.intersection(done.stdout.split()) == set()


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
    face = ".".join(["mp_core", *filter("__init__".__ne__, [found.core_module or ""])])
    return face in (PLUGIN_TESTS_MAY_IMPORT if is_test else PLUGIN_MAY_IMPORT)
