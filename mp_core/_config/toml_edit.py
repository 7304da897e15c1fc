"""Edits of tables in a TOML text that leave every other byte alone.

The text is cut into pieces: whole lines that hold a header, a key with its value, or one blank or
comment line. Two documents, the one that the text holds and the one that it is to hold, tell which
keys differ; only their pieces are replaced, emptied or followed by new lines, and the pieces are
joined again. The result counts only once `tomllib` reads it back as the wanted document. Should it
not, the whole top-level tables are written anew, which costs their comments but nothing outside.
"""

from __future__ import annotations

import functools
import itertools
import operator
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from mp_core._config.toml_scan import Key, Piece
from mp_core._config.toml_splice import Splice, dotted, is_alike, remove
from mp_core._storage.text import unmarked


class TomlEditError(ValueError):
    """The text cannot be brought to hold the table; the message never quotes the text."""


def replaced(
    document: Mapping[str, Any], path: Key, table: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return a document with another table at a path; it shares all but the tables along the path.

    Args:
        document: What `tomllib` has read.
        path: The keys that lead to the table; at least one.
        table: The content; None removes the table.

    Raises:
        TomlEditError: The path leads through something that is not a table.
        TypeError: The table holds what TOML cannot express, such as None.
    """
    import tomli_w

    return _replaced(document, path, None if table is None else tomllib.loads(tomli_w.dumps(table)))


def edited(
    text: str, old: Mapping[str, Any], new: Mapping[str, Any], paths: Collection[Key]
) -> tuple[str, Mapping[str, Any]]:
    """Return the text with the tables at some paths as another document holds them, and that one.

    Keys whose value stays keep their bytes, comments and position, and so does all that lies
    outside the tables. A table that is spelled inline is rendered anew as a whole. With a table
    that is removed goes each parent that only it implied, from the document as well.

    Args:
        text: A TOML document; a byte order mark before it stays.
        old: What `tomllib` reads in it.
        new: What it is to hold, which differs from that in the tables at the paths alone.
        paths: The keys that lead to each table; none of these tables lies in another.

    Raises:
        TomlEditError: No text was found that holds this.
    """
    changed = [path for path in paths if not is_alike(_at(old, path), _at(new, path))]
    if not changed:
        return text, old
    mark, text = unmarked(text)
    text, document = _first_verified(_candidates(text, old, new, changed), new, paths)
    return mark + text, document


def _candidates(
    text: str, old: Mapping[str, Any], new: Mapping[str, Any], paths: Sequence[Key]
) -> Iterator[str]:
    yield _spliced(text, old, new, paths)
    yield _rewritten(text, new, paths)


def _first_verified(
    candidates: Iterable[str], wanted: Mapping[str, Any], paths: Collection[Key]
) -> tuple[str, Mapping[str, Any]]:
    expected = _without_empty_parents(wanted, paths)
    for candidate in candidates:
        try:
            document = tomllib.loads(candidate)
        except tomllib.TOMLDecodeError:
            continue
        if is_alike(_without_empty_parents(document, paths), expected):
            return candidate, _as_read(wanted, document, paths)
    raise TomlEditError(f"The table {' or '.join(map(dotted, paths))} cannot be edited in place.")


def _as_read(
    wanted: Mapping[str, Any], read: Mapping[str, Any], paths: Iterable[Key]
) -> Mapping[str, Any]:
    """Return the wanted document without the empty parents that the text does not hold."""
    for parent in (path[:depth] for path in paths for depth in range(len(path) - 1, 0, -1)):
        if _at(wanted, parent) is not None and _at(read, parent) is None:
            wanted = _replaced(wanted, parent, None)
    return wanted


def _spliced(
    text: str, old: Mapping[str, Any], new: Mapping[str, Any], paths: Sequence[Key]
) -> str:
    splice = Splice(text)
    for path, pieces in _units(splice.pieces, paths).items():
        if not splice.edit(pieces, path, _at(old, path), table := _at(new, path)):
            splice.add_section(path, table)
    return splice.render()


def _units(pieces: Sequence[Piece], paths: Sequence[Key]) -> dict[Key, list[Piece]]:
    """Return the pieces of each table; a key that spells a table around it inline stands for it."""
    units: dict[Key, list[Piece]] = {}
    for path in paths:
        near = list(_near(pieces, path))
        inline = (piece.address for piece in near if piece.key and len(piece.address) < len(path))
        unit = next(inline, path)
        units[unit] = [piece for piece in near if len(piece.address) >= len(unit)]
    return units


def _near(pieces: Iterable[Piece], path: Key) -> Iterator[Piece]:
    """Yield the pieces of a table and of its parents; the other sections are passed over whole."""
    for section, own in itertools.groupby(pieces, operator.attrgetter("section")):
        if section[: len(path)] == path[: len(section)]:
            yield from (piece for piece in own if piece.is_on(path))


def _rewritten(text: str, new: Mapping[str, Any], paths: Sequence[Key]) -> str:
    import tomli_w

    splice = Splice(text)
    for name in dict.fromkeys(path[0] for path in paths):
        remove([piece for piece in splice.pieces if piece.address[:1] == (name,)])
        if name in new:
            rendered = tomli_w.dumps({name: new[name]})
            splice.sections[name].append(rendered.replace("\n", splice.newline))
    return splice.render()


def _at(document: Mapping[str, Any], path: Key) -> Any:
    node: Any = document
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def _replaced(node: Any, path: Key, table: dict[str, Any] | None) -> dict[str, Any]:
    """Return a copy of a document that shares all but the tables along the path."""
    if not isinstance(node, dict):
        raise TomlEditError(f"What holds {dotted(path)} is not a table.")
    name, *rest = path
    value = _replaced(node.get(name, {}), tuple(rest), table) if rest else table
    copy = {**node, name: value}
    return {key: copy[key] for key in copy if copy[key] is not None}


def _without_empty_parents(document: Mapping[str, Any], paths: Iterable[Key]) -> Mapping[str, Any]:
    """Return a document without the tables along the paths, their ends aside, that hold nothing."""
    return functools.reduce(_pruned, (path[:-1] for path in paths), document)


def _pruned(node: Mapping[str, Any], path: Key) -> Mapping[str, Any]:
    """Return a document without the tables along the path that hold nothing."""
    child = node.get(path[0]) if path else None
    if not isinstance(child, dict):
        return node
    child = _pruned(child, path[1:])
    return {key: child if key == path[0] else node[key] for key in node if key != path[0] or child}
