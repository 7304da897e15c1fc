"""The address under which people and pickles find a class, wherever its code stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_Class = TypeVar("_Class", bound=type)


def exported_from(module: str) -> Callable[[_Class], _Class]:
    """Return a decorator that makes a class say that it lives in a public module.

    Representations and pickles name that module, so that the code behind it can move. Annotations
    that are text would be looked up there, too: models are written without
    `from __future__ import annotations`.
    """

    def export(cls: _Class) -> _Class:
        cls.__module__ = module
        return cls

    return export
