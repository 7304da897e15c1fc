"""The address under which people and pickles find a class, wherever its code stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_Class = TypeVar("_Class", bound=type)


def exported_from(module: str) -> Callable[[_Class], _Class]:
    """Return a decorator that makes a class say that it lives in a public module.

    Representations and pickles name that module, so that the code behind it can move. What looks
    for source (`inspect.getsource`) looks there, too, and in vain. So would annotations that are
    text be looked up: what others may ask for its types is written without
    `from __future__ import annotations`.
    """

    def export(cls: _Class) -> _Class:
        cls.__module__ = module
        return cls

    return export
