"""The file in which a distribution announces its entry points, read line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from mp_core.plugin.hooks import ENVIRONMENT, PROVIDERS

FILE: Final = "entry_points.txt"
_UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"
_VARIABLE: Final = re.compile("[A-Za-z_][A-Za-z0-9_]*")
"""What a variable is called that a shell can set."""
_NONE: Final = "-"
"""Announced in the place of a variable by a provider that never looks into the environment."""


class Entry(NamedTuple):
    """One line of the file, below the heading of its group."""

    group: str
    name: str
    value: str


class Announcement(NamedTuple):
    """What a file says.

    Attributes:
        entries: What the distribution announces.
        malformed: Numbers of the lines that cannot be read.
        idle: Numbers of the lines in the group of variables that mean nothing: what they name is no
            variable, or a type that the distribution does not provide. It could keep somebody
            else's provider from being asked.
    """

    entries: list[Entry]
    malformed: list[int]
    idle: list[int]


def parsed(data: bytes) -> Announcement:
    """Return the entries, and the lines that are none.

    A mark at the beginning, and comments, mean nothing. A line that cannot be read spoils no other.
    """
    found, malformed = _read(data)
    types = {entry.name for entry in found.values() if entry.group == PROVIDERS}
    idle = [number for number, entry in found.items() if _is_idle(entry, types)]
    entries = [entry for number, entry in found.items() if number not in idle]
    return Announcement(entries, malformed, idle)


def variables_among(entries: Iterable[Entry]) -> Mapping[str, tuple[str, ...]]:
    """Return the variables of the environment that are announced for account types.

    There are none of a type whose provider never looks into the environment, and says so.
    """
    found: dict[str, dict[str, None]] = {}
    for entry in entries:
        if entry.group == ENVIRONMENT:
            names = found.setdefault(entry.value, {})
            names.update({entry.name: None} if entry.name != _NONE else {})
    return {type_: tuple(names) for type_, names in found.items()}


def _is_idle(entry: Entry, types: set[str]) -> bool:
    if entry.group != ENVIRONMENT:
        return False
    is_name = entry.name == _NONE or _VARIABLE.fullmatch(entry.name) is not None
    return not (is_name and entry.value in types)


def _read(data: bytes) -> tuple[dict[int, Entry], list[int]]:
    entries: dict[int, Entry] = {}
    malformed: list[int] = []
    group = ""
    for number, line in _lines(data):
        if line.startswith("["):
            group = _group_in(line)
            is_sound = bool(group)
        else:
            found = _entry_in(group, line)
            entries.update({number: found} if found else {})
            is_sound = found is not None
        if not is_sound:
            malformed.append(number)
    return entries, malformed


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something, with their numbers."""
    lines = data.decode("utf-8-sig", "replace").splitlines()
    for number, line in enumerate(map(str.strip, lines), start=1):
        if line and not line.startswith(("#", ";")):
            yield number, line


def _group_in(heading: str) -> str:
    return heading[1:-1].strip() if heading.endswith("]") and _UNREADABLE not in heading else ""


def _entry_in(group: str, line: str) -> Entry | None:
    name, _, value = map(str.strip, line.partition("="))
    is_sound = group and name and value and _UNREADABLE not in line
    return Entry(group, name, value) if is_sound else None
