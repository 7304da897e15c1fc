"""The file in which a distribution announces its entry points, read line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

FILE: Final = "entry_points.txt"
_UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"


class Entry(NamedTuple):
    """One line of the file, below the heading of its group."""

    group: str
    name: str
    value: str


def parsed(data: bytes) -> tuple[list[Entry], list[int]]:
    """Return the entries, and the numbers of the lines that are none.

    A mark at the beginning, and comments, mean nothing. A line that cannot be read spoils no other.
    """
    entries: list[Entry] = []
    malformed: list[int] = []
    group = ""
    for number, line in _lines(data):
        if line.startswith("["):
            group = _group_in(line)
            is_sound = bool(group)
        else:
            found = _entries_in(group, line)
            entries += found
            is_sound = bool(found)
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


def _entries_in(group: str, line: str) -> list[Entry]:
    name, _, value = map(str.strip, line.partition("="))
    is_sound = group and name and value and _UNREADABLE not in line
    return [Entry(group, name, value)] if is_sound else []
