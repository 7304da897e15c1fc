"""Tables for people: plain columns into a pipe, fitted to the width on a terminal.

A terminal that is too narrow for the columns shows one block of lines for each row, which is also
what a screen reader makes sense of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final

Cells = Sequence[str]

_GAP: Final = "  "
_NARROWEST: Final = 12
"""Fewest cells into which the text of a column is folded."""


def columns(heads: Cells, rows: Sequence[Cells]) -> Iterator[str]:
    """Yield a line of heads, and one line for each row, however wide."""
    widths = _widths([heads, *rows])
    for row in [heads, *rows]:
        yield _joined(row, widths)


def fitted(heads: Cells, rows: Sequence[Cells], width: int) -> Iterator[str]:
    """Yield the lines of a table of at most this many cells; the widest column is folded for that.

    Where that does not suffice, each row becomes a block.
    """
    widths = _widths([heads, *rows])
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - width
    widest = max(range(len(widths)), key=widths.__getitem__)
    if excess <= 0 or widths[widest] - excess >= _NARROWEST:
        widths[widest] -= max(excess, 0)
        for row in [heads, *rows]:
            folded = [_folded(text, room) for text, room in zip(row, widths, strict=True)]
            for line in zip_longest(*folded, fillvalue=""):
                yield _joined(line, widths)
    else:
        yield from _blocks(heads, rows, width)


def block(record: Mapping[str, str], width: int | None) -> Iterator[str]:
    """Yield a line for each label that has a value, which is folded where there is a width."""
    filled = {label: value for label, value in record.items() if value}
    widths = [*_widths([[label] for label in filled] or [[""]]), 0]
    room = max(width - widths[0] - len(_GAP), _NARROWEST) if width else None
    for label, value in filled.items():
        for at, line in enumerate(_folded(value, room) if room else [value]):
            yield _joined(["" if at else label, line], widths)


def _blocks(heads: Cells, rows: Sequence[Cells], width: int) -> Iterator[str]:
    for at, row in enumerate(rows):
        if at:
            yield ""
        yield from block(dict(zip(heads, row, strict=True)), width)


def _widths(rows: Sequence[Cells]) -> list[int]:
    return [max(map(_cells, column)) for column in zip(*rows, strict=True)]


def _cells(text: str) -> int:
    """Return the width of a text in cells: an emoji takes two, of however many code points."""
    if text.isascii():
        return len(text)
    from wcwidth import width

    return width(text)


def _joined(row: Cells, widths: Sequence[int]) -> str:
    padded = [text + " " * (room - _cells(text)) for text, room in zip(row, widths, strict=True)]
    return _GAP.join(padded).rstrip()


def _folded(text: str, width: int) -> list[str]:
    """Return a text as lines of at most this many cells, broken between words where possible."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if _cells(longer) <= width:
            lines[-1] = longer
        else:
            lines += _chopped(word, width)
    return lines if lines[0] or len(lines) == 1 else lines[1:]


def _chopped(word: str, width: int) -> list[str]:
    pieces = [""]
    for letter in _letters(word):
        if _cells(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _letters(word: str) -> Iterable[str]:
    """Return what a reader takes for letters, so that no accent or emoji is torn apart."""
    if word.isascii():
        return word
    from wcwidth import iter_graphemes

    return iter_graphemes(word)
