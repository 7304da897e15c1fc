"""Edits of one table in a TOML text that leave every other byte alone.

The text is cut into pieces: whole lines that hold a header, a key with its value, or one blank or
comment line. `tomllib` says what the table holds now; only the pieces of keys that differ are
replaced, emptied or followed by new lines, and the pieces are joined again. The result counts only
once `tomllib` reads it back as the expected document. Should it not, the whole top-level table is
written anew, which costs its comments but nothing outside it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any

from mp_core._config.toml_scan import Key, Piece, scan


class TomlEditError(ValueError):
    """The text cannot be brought to hold the table; the message never quotes the text."""


def edit_table(text: str, path: Key, table: Mapping[str, Any] | None) -> str:
    """Return the text with exactly this content in the table at a path.

    Keys whose value stays keep their bytes, comments and position, and so does all that lies
    outside the table. A table that is spelled inline is rendered anew as a whole.

    Args:
        text: A TOML document, without a byte order mark.
        path: The keys that lead to the table; at least one.
        table: The content; None removes the table, and with it each parent that only it implied.

    Raises:
        TomlEditError: The path leads through something that is not a table.
        tomllib.TOMLDecodeError: The text is not valid TOML.
        TypeError: The table holds what TOML cannot express, such as None.
    """
    import tomli_w

    document = tomllib.loads(text)
    new = None if table is None else tomllib.loads(tomli_w.dumps(table))
    wanted = _replaced(document, path, new)
    return _first_verified(_candidates(text, path, document, wanted), path, wanted)


def _candidates(
    text: str, path: Key, document: dict[str, Any], wanted: dict[str, Any]
) -> Iterator[str]:
    yield _spliced(text, path, document, wanted)
    yield _rewritten(text, path[0], wanted)


def _first_verified(candidates: Iterable[str], path: Key, wanted: dict[str, Any]) -> str:
    expected = _pruned(wanted, path[:-1])
    for candidate in candidates:
        try:
            document = tomllib.loads(candidate)
        except tomllib.TOMLDecodeError:
            continue
        if _is_same(_pruned(document, path[:-1]), expected):
            return candidate
    raise TomlEditError(f"The table {_dotted(path)} cannot be edited in place.")


def _spliced(text: str, path: Key, document: dict[str, Any], wanted: dict[str, Any]) -> str:
    splice = _Splice(text)
    pieces = [piece for piece in splice.pieces if piece.is_on(path)]
    # A key that spells a table around this one inline is the unit that is replaced.
    inline = (piece.address for piece in pieces if piece.key and len(piece.address) < len(path))
    path = next(inline, path)
    inside = [piece for piece in pieces if len(piece.address) >= len(path)]
    if not splice.edit(inside, path, _at(document, path), new := _at(wanted, path)):
        splice.sections.append(splice.section(path, new))
    return splice.render(path[0])


def _rewritten(text: str, name: str, wanted: dict[str, Any]) -> str:
    import tomli_w

    splice = _Splice(text)
    _remove([piece for piece in splice.pieces if piece.address[:1] == (name,)])
    if name in wanted:
        rendered = tomli_w.dumps({name: wanted[name]})
        splice.sections.append(rendered.replace("\n", splice.newline))
    return splice.render(name)


def _at(document: Mapping[str, Any], path: Key) -> Any:
    node: Any = document
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def _replaced(node: Any, path: Key, table: dict[str, Any] | None) -> dict[str, Any]:
    """Return a copy of a document that shares all but the tables along the path."""
    if not isinstance(node, dict):
        raise TomlEditError(f"What holds {_dotted(path)} is not a table.")
    name, *rest = path
    value = _replaced(node.get(name, {}), tuple(rest), table) if rest else table
    copy = {**node, name: value}
    return {key: copy[key] for key in copy if copy[key] is not None}


def _pruned(node: dict[str, Any], path: Key) -> dict[str, Any]:
    """Return a document without the tables along the path that hold nothing."""
    child = node.get(path[0]) if path else None
    if not isinstance(child, dict):
        return node
    child = _pruned(child, path[1:])
    return {key: child if key == path[0] else node[key] for key in node if key != path[0] or child}


def _is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are written alike: 1, 1.0 and true differ, and nan equals nan."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return repr(one) == repr(other)


def _dotted(path: Key) -> str:
    import tomli_w

    return ".".join(tomli_w.dumps({name: 0}).removesuffix(" = 0\n") for name in path)


def _inline(value: Any) -> str:
    import tomli_w

    if isinstance(value, dict):
        members = (f"{_dotted((name,))} = {_inline(member)}" for name, member in value.items())
        return f"{{ {', '.join(members)} }}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return tomli_w.dumps({"_": value}).removeprefix("_ = ").removesuffix("\n")


class _Splice:
    """The pieces of a text, being changed."""

    def __init__(self, text: str) -> None:
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.pieces = scan(text)
        self.sections: list[str] = []

    def edit(self, pieces: list[Piece], path: Key, old: Any, new: Any) -> bool:
        """Change the pieces of a value; return whether that is all, or it must still be added."""
        statement = next((piece for piece in pieces if piece.key and piece.address == path), None)
        if _is_same(old, new):
            return True
        if new is not None and statement:
            statement.replace_value(_inline(new))
            return True
        if isinstance(old, dict) and isinstance(new, dict):
            self._edit_members(pieces, path, old, new)
            return True
        _remove(pieces)
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
        dotted = [piece for piece in pieces if len(piece.section) < len(path)]
        if own:
            own[-1].after += self._lines((), added)
        elif dotted:
            key = path[len(dotted[-1].section) :]
            dotted[-1].after += self._lines(key, added) or self._lines(key[:-1], {key[-1]: {}})
        else:
            self.sections.append(self.section(path, added))

    def section(self, path: Key, table: dict[str, Any]) -> str:
        """Return the text of a new section."""
        return f"[{_dotted(path)}]{self.newline}{self._lines((), table)}"

    def _lines(self, prefix: Key, table: dict[str, Any]) -> str:
        return "".join(
            f"{_dotted((*prefix, name))} = {_inline(value)}{self.newline}"
            for name, value in table.items()
        )

    def render(self, name: str) -> str:
        """Return the text, with new sections after the last one of a top-level name.

        Blank lines that only set off a removed section go with it.
        """
        self._place_sections(name)
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

    def _place_sections(self, name: str) -> None:
        """Insert the new sections as one piece, with a blank line above and below."""
        if self.sections:
            index = self._end_of(name)
            above = self._blank_to(reversed(self.pieces[:index]))
            below = self._blank_to(self.pieces[index:])
            text = above + self.newline.join(self.sections)
            self.pieces.insert(index, Piece(text, (), after=below))

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


def _remove(pieces: list[Piece]) -> None:
    """Remove headers and keys, and of the lines between them those above a section's last key."""
    section: Key | None = None
    for piece in reversed(pieces):
        if piece.is_statement or piece.section == section:
            piece.remove()
            section = None if piece.is_header else piece.section


def _is_blank(line: str) -> bool:
    return not line.strip()
