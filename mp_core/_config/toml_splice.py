"""The pieces of a TOML text, being changed: values replaced, lines dropped and added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from mp_core._config.toml_scan import Key, Piece, scan


class Splice:
    """The pieces of a text, being changed.

    Attributes:
        newline: How the text ends most of its lines.
        pieces: The pieces, in order.
        sections: The texts of new sections, by their top-level name.
    """

    def __init__(self, text: str) -> None:
        self.newline = "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"
        self.pieces = scan(text)
        self.sections = defaultdict[str, list[str]](list)

    def edit(self, pieces: list[Piece], path: Key, old: Any, new: Any) -> bool:
        """Change the pieces of a value; return whether that is all, or it must still be added."""
        statement = next((piece for piece in pieces if piece.key and piece.address == path), None)
        if is_alike(old, new):
            return True
        if new is not None and statement:
            statement.replace_value(_inline(new))
            return True
        if isinstance(old, dict) and isinstance(new, dict):
            self._edit_members(pieces, path, old, new)
            return True
        remove(pieces)
        return new is None

    def _edit_members(
        self, pieces: list[Piece], path: Key, old: dict[str, Any], new: dict[str, Any]
    ) -> None:
        members: dict[str, list[Piece]] = {name: [] for name in old | new}
        for piece in pieces:
            if len(piece.address) > len(path):
                members[piece.address[len(path)]].append(piece)
        added = {
            name: new[name]
            for name, own in members.items()
            if not self.edit(own, (*path, name), old.get(name), new.get(name))
        }
        if added or not new:
            self._append(pieces, path, added)

    def _append(self, pieces: list[Piece], path: Key, added: dict[str, Any]) -> None:
        """Add keys where the table has its own: its section, else dotted keys, else a new section.

        With no keys to add, this makes sure that the table itself stays.
        """
        own = [piece for piece in pieces if piece.section == path and piece.is_statement]
        above = [piece for piece in pieces if len(piece.section) < len(path)]
        if own:
            own[-1].after += self._lines((), added)
        elif above:
            key = path[len(above[-1].section) :]
            above[-1].after += self._lines(key, added) or self._lines(key[:-1], {key[-1]: {}})
        else:
            self.add_section(path, added)

    def add_section(self, path: Key, table: dict[str, Any]) -> None:
        """Add a new section."""
        section = f"[{dotted(path)}]{self.newline}{self._lines((), table)}"
        self.sections[path[0]].append(section)

    def _lines(self, prefix: Key, table: dict[str, Any]) -> str:
        return "".join(
            f"{dotted((*prefix, name))} = {_inline(value)}{self.newline}"
            for name, value in table.items()
        )

    def render(self) -> str:
        """Return the text, with new sections after the last one of their top-level name.

        Blank lines that only set off a removed section go with it.
        """
        for name, sections in self.sections.items():
            self._place(self.newline.join(sections), self._end_of(name))
        chunks: list[str] = []
        is_gap = False
        for piece in self.pieces:
            is_gap |= piece.is_header and piece.is_removed
            for chunk in filter(None, (piece.text, piece.after)):
                if is_gap and _is_blank(chunk) and (not chunks or _is_blank(chunks[-1])):
                    continue
                if chunks and not chunks[-1].endswith("\n"):
                    chunks[-1] += self.newline
                chunks.append(chunk)
                is_gap &= _is_blank(chunk)
        while is_gap and chunks and _is_blank(chunks[-1]):
            chunks.pop()
        return "".join(chunks)

    def _place(self, sections: str, index: int) -> None:
        """Insert new sections, with a blank line above and below."""
        above = self._blank_to(reversed(self.pieces[:index]))
        below = self._blank_to(self.pieces[index:])
        texts = filter(None, (above, sections, below))
        self.pieces[index:index] = [Piece(text, ()) for text in texts]

    def _blank_to(self, pieces: Iterable[Piece]) -> str:
        """Return the blank line that is missing next to these; a removed piece needs none."""
        nearest = next((piece.text for piece in pieces), "")
        return "" if _is_blank(nearest) else self.newline

    def _end_of(self, name: str) -> int:
        """Return where the sections of a top-level name end, or else the text.

        Comments right below them still belong to them, unless they stand right above a header.
        """
        places = enumerate(self.pieces, start=1)
        ends = [end for end, piece in places if piece.is_statement and piece.section[:1] == (name,)]
        if not ends:
            return len(self.pieces)
        rest = self.pieces[ends[-1] :]
        comments = len(list(takewhile(lambda piece: piece.text.lstrip().startswith("#"), rest)))
        is_above_header = any(piece.is_header for piece in rest[comments : comments + 1])
        return ends[-1] + (0 if is_above_header else comments)


def remove(pieces: list[Piece]) -> None:
    """Remove headers and keys, and of the lines between them those above a section's last key."""
    section: Key | None = None
    for piece in reversed(pieces):
        if piece.is_statement or piece.section == section:
            piece.remove()
            section = None if piece.is_header else piece.section


def _is_blank(line: str) -> bool:
    return not line.strip()


def is_alike(one: Any, other: Any) -> bool:
    """Tell whether two values are written alike: 1, 1.0 and true differ, and nan equals nan."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_alike, one, other))
    return repr(one) == repr(other)


def dotted(path: Key) -> str:
    """Return a path as TOML writes it."""
    import tomli_w

    return ".".join(tomli_w.dumps({name: 0}).removesuffix(" = 0\n") for name in path)


def _inline(value: Any) -> str:
    import tomli_w

    if isinstance(value, dict):
        members = (f"{dotted((name,))} = {_inline(member)}" for name, member in value.items())
        return f"{{ {', '.join(members)} }}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return tomli_w.dumps({"_": value}).removeprefix("_ = ").removesuffix("\n")
