"""Letting a person pick a project: by id, or by typing a part of its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mp_core._login.terminal import Terminal
    from mp_core._values.session import Project

_SHOWN: Final = 15


def picked(projects: Sequence[Project], terminal: Terminal) -> str | None:
    """Return the id that the person picks; None when nobody can answer, or input ends.

    An empty answer takes the first project. Any other text narrows the list, until an id is typed
    or one project is left.
    """
    if terminal.ask is None:
        return None
    found = list(projects)
    while len(found) > 1:
        _show(found, terminal)
        try:
            answer = terminal.ask(f"Project: an id, or a part of a name [{found[0].id}]:")
        except EOFError:
            return None
        if not answer:
            return found[0].id
        found = _matching(projects, answer) or found
    return found[0].id


def _show(projects: Sequence[Project], terminal: Terminal) -> None:
    width = max(len(project.id) for project in projects[:_SHOWN])
    for project in projects[:_SHOWN]:
        terminal.say(f"  {project.id:>{width}}  {project.name or ''}".rstrip())
    if len(projects) > _SHOWN:
        terminal.say(f"  … and {len(projects) - _SHOWN} more: type a part of a name.")


def _matching(projects: Sequence[Project], text: str) -> list[Project]:
    exact = [project for project in projects if project.id == text]
    folded = text.casefold()
    return exact or [
        project
        for project in projects
        if folded in (project.name or "").casefold() or project.id.startswith(text)
    ]
