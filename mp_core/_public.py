"""The address under which people and pickles find things, wherever their code stands."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

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


def handed_out(name: str) -> Any:
    """Return what this package hands out under a name, also to modules below the one that has it.

    An account's own method makes its header in the surroundings of the process, of which only what
    stands above accounts knows the configuration.
    """
    return getattr(import_module("mp_core"), name)
