"""Defects that are put in on purpose, to see whether the campaign notices them."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def put_in(name: str) -> None:
    """Change the library in this process; an empty name changes nothing."""
    if name:
        MUTANTS[name]()


MUTANTS: Mapping[str, Callable[[], None]] = {}
