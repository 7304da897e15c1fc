"""The statement boundaries of a TOML text.

This is no parser: it expects a text that `tomllib` accepts, and only tells where each header, key
and value begins and ends, whatever strings and arrays stretch over several lines in between.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from typing import TypeAlias

Key: TypeAlias = tuple[str, ...]

_BASIC, _LITERAL = r'"(?:\\.|[^"\\\n])*+"', r"'[^'\n]*+'"
_BLOCKS = r'"""(?:\\.|[^\\])*?"{3,5}' + r"|'''.*?'{3,5}"
_BARE = r"""[^][{}"'#,\n]++"""
_NAME = rf"(?:[A-Za-z0-9_-]++|{_BASIC}|{_LITERAL})"
_KEY = rf"{_NAME}(?:[ \t]*\.[ \t]*{_NAME})*+"
_START = re.compile(
    rf"[ \t]*(?:\[\[?[ \t]*(?P<header>{_KEY})[ \t]*\]\]?|(?P<key>{_KEY})[ \t]*=[ \t]*)?"
)
_TOKEN = re.compile(rf"{_BLOCKS}|{_BASIC}|{_LITERAL}|#[^\n]*|[][{{}}]|{_BARE}", re.DOTALL)
_PLAIN = re.compile(rf"""(?:{_BASIC}|{_LITERAL}|[^][{{}}"'#,\s]++)(?=[ \t\r]*(?:[\n#]|\Z))""")
_DEPTH = {"[": 1, "{": 1, "]": -1, "}": -1}


@dataclass(slots=True)
class Piece:
    """Whole lines of a text: a header, a key with its value, or one blank or comment line.

    `section` is the path of the header above (its own for a header), `key` the path below it.
    `start` and `end` bound the value in `text`; `after` is text to put behind the piece.
    """

    text: str
    section: Key
    key: Key = ()
    start: int = 0
    end: int = 0
    is_header: bool = False
    is_removed: bool = False
    after: str = ""

    @property
    def address(self) -> Key:
        """The path in the document; of a line with neither header nor key, its section's."""
        return self.section + self.key

    @property
    def is_statement(self) -> bool:
        """Whether this is a header or a key."""
        return self.is_header or bool(self.key)

    def is_on(self, path: Key) -> bool:
        """Tell whether the piece belongs to a path, or to one of its parents."""
        address = self.section + self.key
        return address[: len(path)] == path[: len(address)]

    def replace_value(self, value: str) -> None:
        """Put another value between the key and the trailing comment."""
        self.text = self.text[: self.start] + value + self.text[self.end :]

    def remove(self) -> None:
        """Drop the lines, but not what is to come after them."""
        self.text, self.is_removed = "", True


def scan(text: str) -> list[Piece]:
    """Return the pieces whose texts join to the whole, after an empty header for the root."""
    pieces = [Piece("", (), is_header=True)]
    position = 0
    while position < len(text):
        piece = _piece(text, position, pieces[-1].section)
        position += len(piece.text)
        pieces.append(piece)
    return pieces


def _piece(text: str, begin: int, section: Key) -> Piece:
    match = _START.match(text, begin)
    assert match  # An empty match is one, too.
    header, key = match.groups()
    start = match.end()
    end = _value_end(text, start) if key else start
    stop = text.find("\n", end) + 1 or len(text)
    section, own = _names(header) if header else section, _names(key) if key else ()
    return Piece(text[begin:stop], section, own, start - begin, end - begin, bool(header))


def _value_end(text: str, start: int) -> int:
    if plain := _PLAIN.match(text, start):  # Nearly every value is one, and this is quick.
        return plain.end()
    depth = 0
    for token in _TOKEN.finditer(text, start):
        depth += _DEPTH.get(token[0], 0)
        if depth == 0:
            return token.start() + len(token[0].rstrip())
    return len(text)


@functools.lru_cache
def _names(key: str) -> Key:
    """Return the names in a dotted key; quoted ones are left to `tomllib`."""
    if '"' not in key and "'" not in key:
        return tuple(map(str.strip, key.split(".")))
    names: list[str] = []
    node = tomllib.loads(f"{key} = 0")
    while isinstance(node, dict):
        [(name, node)] = node.items()
        names.append(name)
    return tuple(names)
