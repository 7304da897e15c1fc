"""The pieces of a TOML text: nothing is lost, and every value is found where it stands."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given

from mp_core._config.toml_scan import Piece, scan
from tests.support.toml_texts import exact, laws, texts

TEXT = """\
# ours
title = 'x'  # t

[ a . "b.c" ]  # header
k.l = [ # not the end
  1, ']',
] # end
[[d]]
"""


def addresses(text: str) -> list[tuple[tuple[str, ...], tuple[str, ...], bool]]:
    return [(piece.section, piece.key, piece.is_header) for piece in scan(text)]


@laws
@given(texts())
def test_the_pieces_join_to_the_text_and_their_values_are_its_values(text: str) -> None:
    pieces = scan(text)
    assert "".join(piece.text for piece in pieces) == text
    for piece in pieces:
        if piece.key:
            node: Any = tomllib.loads(text)
            for name in piece.address:
                node = (node[-1] if isinstance(node, list) else node)[name]
            value = tomllib.loads(f"v = {piece.text[piece.start : piece.end]}")["v"]
            assert exact(value) == exact(node)
        elif not piece.is_header:
            assert piece.text.strip()[:1] in ("", "#")


def test_each_piece_is_a_header_a_key_or_one_line_between_them() -> None:
    assert addresses(TEXT) == [
        ((), (), True),
        ((), (), False),
        ((), ("title",), False),
        ((), (), False),
        (("a", "b.c"), (), True),
        (("a", "b.c"), ("k", "l"), False),
        (("d",), (), True),
    ]


def test_a_value_is_bounded_without_its_comment() -> None:
    title, array = (piece for piece in scan(TEXT) if piece.key)
    assert title.text[title.start : title.end] == "'x'"
    assert array.text[array.start : array.end] == "[ # not the end\n  1, ']',\n]"


def test_a_value_is_replaced_between_key_and_comment() -> None:
    title = next(piece for piece in scan(TEXT) if piece.key)
    title.replace_value("42")
    assert title.text == "title = 42  # t\n"


def test_a_removed_piece_keeps_what_comes_after_it() -> None:
    piece = Piece("k = 1\n", ("a",), ("k",), after="new = 2\n")
    piece.remove()
    assert (piece.text, piece.after, piece.is_removed) == ("", "new = 2\n", True)


@pytest.mark.parametrize(
    ("path", "is_on"),
    [
        (("a",), True),
        (("a", "k"), True),
        (("a", "k", "deeper"), True),
        ((), True),
        (("a", "other"), False),
        (("b",), False),
    ],
)
def test_a_piece_is_on_the_paths_below_and_above_it(path: tuple[str, ...], is_on: bool) -> None:
    assert Piece("k = 1\n", ("a",), ("k",)).is_on(path) is is_on


@pytest.mark.parametrize("text", ["", "\n", "# c", "k = 1", 'k = """\n[a]\n"""', "\r\n[a]\r\n"])
def test_a_text_may_end_anywhere(text: str) -> None:
    assert "".join(piece.text for piece in scan(text)) == text
