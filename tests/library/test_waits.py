"""What is true of the tests themselves: none of their waits is endless."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).parents[2]
FILES = [
    file
    for file in (*ROOT.glob("tests/**/*.py"), *ROOT.glob("plugins/*/tests/*.py"))
    if not file.parent.name.startswith("mp_")  # The plugins of others are no tests.
]
WAITS = {
    "communicate": 1,
    "create_connection": 1,
    "join": 0,
    "result": 0,
    "run": 1,
    "urlopen": 1,
    "wait": 0,
}
"""How many arguments each way to wait takes beside its limit."""


def _is_endless(call: ast.AST) -> TypeGuard[ast.Call]:
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    name, owner = call.func.attr, call.func.value
    if name == "run" and not (isinstance(owner, ast.Name) and owner.id == "subprocess"):
        return False
    is_limited = any(keyword.arg == "timeout" for keyword in call.keywords)
    return name in WAITS and len(call.args) <= WAITS[name] and not is_limited


def _endless() -> Iterator[str]:
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if _is_endless(node):
                yield f"{file.relative_to(ROOT)}:{node.lineno}"


def test_every_wait_for_a_process_or_a_thread_has_an_end() -> None:
    assert sorted(_endless()) == []
