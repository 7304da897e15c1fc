"""The imports of source files, and which faces of the core they ask."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORE = ROOT / "mp_core"


@dataclass(frozen=True)
class Import:
    """One imported name: `module` and, for `from module import name`, the name."""

    file: Path
    line: int
    module: str
    name: str | None
    is_deferred: bool

    def __str__(self) -> str:
        what = f"{self.module}.{self.name}" if self.name else self.module
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {what}"

    @property
    def library(self) -> str:
        return self.module.partition(".")[0]

    @property
    def face(self) -> str:
        """The module that is asked, also where it is itself the name: `from mp_core import x`."""
        asks_for_module = self.module == "mp_core" and self.name and _is_module(self.name)
        return f"{self.module}.{self.name}" if asks_for_module else self.module


def _is_module(name: str) -> bool:
    return (CORE / f"{name}.py").is_file() or (CORE / name).is_dir()


def is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports(file: Path) -> list[Import]:
    """Every import of a file, except those that only type checkers see."""
    return list(_imports_below(ast.parse(file.read_text()), file, is_deferred=False))


def _imports_below(node: ast.AST, file: Path, *, is_deferred: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(file, node.lineno, alias.name, None, is_deferred)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield Import(file, node.lineno, _absolute(node, file), alias.name, is_deferred)
    is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    children = ast.iter_child_nodes(node)
    if isinstance(node, ast.If) and is_for_type_checkers(node):
        children = iter(node.orelse)
    for child in children:
        yield from _imports_below(child, file, is_deferred=is_deferred or is_function)


def _absolute(node: ast.ImportFrom, file: Path) -> str:
    if not node.level:
        return node.module or ""
    package = file.relative_to(ROOT).parts[: -node.level]
    return ".".join([*package, *filter(None, [node.module])])
