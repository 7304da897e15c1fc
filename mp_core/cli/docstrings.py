"""The help of commands whose docstrings the interpreter has dropped, as `python -OO` does."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any


def written_docstring(function: Callable[..., Any]) -> str | None:
    """Return the docstring in a function's source, or None where the source is not at hand."""
    try:
        source = inspect.getsource(inspect.unwrap(function))
        module = ast.parse(textwrap.dedent(source))
    except (OSError, TypeError, SyntaxError):
        return None
    definitions = (node for node in module.body if isinstance(node, ast.FunctionDef))
    return next(map(ast.get_docstring, definitions), None)
