"""The layout of tables: aligned, within the width, and complete."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import width as cells

from mp_core.cli.output import tables

FAMILY = "👩\u200d👩\u200d👧"
"""Three people and two joiners, which are drawn as one emoji."""
WIDTHS = {
    **{"界": 2, "é": 1, "e\u0301": 1, "ก\u0e47": 1},
    **{"🦊": 2, FAMILY: 2, "👩🏽\u200d🌾": 2, "👍🏽": 2, "🏳\ufe0f\u200d🌈": 2},
    **{"❤\ufe0e": 1, "❤\ufe0f": 2, "1\ufe0f\u20e3": 2, "🇩🇪": 2},
}
"""What a reader takes for one letter, with the cells that it takes."""

TEXTS = st.lists(st.sampled_from([*"ab -", *WIDTHS]), max_size=40).map("".join).map(str.strip)
ROWS = st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=4)
HEADS = ("ID", "NAME", "IN USE")


def letters(lines: list[str]) -> list[str]:
    """Return what is printed, without blanks and in no order."""
    return sorted("".join(lines).replace(" ", ""))


def test_columns_are_aligned_by_the_cells_that_characters_take() -> None:
    assert list(tables.columns(("A", "B"), [("🦊", "x"), ("ab", "y"), ("", "z")])) == [
        "A   B",
        "🦊  x",
        "ab  y",
        "    z",
    ]


@pytest.mark.parametrize(("letter", "width"), WIDTHS.items())
def test_a_letter_takes_the_cells_of_what_is_drawn(letter: str, width: int) -> None:
    [_, line] = tables.columns(("HEAD", "NEXT"), [(letter, "x")])
    assert line == f"{letter}{' ' * (6 - width)}x"


@pytest.mark.parametrize("letter", WIDTHS)
def test_a_folded_text_tears_no_letter_apart(letter: str) -> None:
    line = letter * (15 // WIDTHS[letter])
    assert list(tables.block({"key": line + line}, 20)) == [f"key  {line}", f"     {line}"]


def test_a_control_character_takes_no_cell_from_the_others() -> None:
    assert list(tables.columns(("A", "B"), [("é\x1b", "x"), ("é", "y")])) == [
        "A  B",
        "é\x1b  x",
        "é  y",
    ]


@given(rows=ROWS, width=st.integers(20, 120))
def test_a_fitted_table_is_within_its_width_and_loses_nothing(
    rows: list[tuple[str, str, str]], width: int
) -> None:
    lines = list(tables.fitted(HEADS, rows, width))
    assert max(map(cells, lines), default=0) <= width
    drawn = letters(lines)
    for head in HEADS:
        drawn = [letter for letter in drawn if letter not in head]
    assert drawn == letters([text for row in rows for text in row])


@given(rows=ROWS)
def test_a_table_with_room_is_the_one_for_pipes(rows: list[tuple[str, str, str]]) -> None:
    assert list(tables.fitted(HEADS, rows, 200)) == list(tables.columns(HEADS, rows))


def test_a_text_is_folded_between_words_and_a_long_word_anywhere() -> None:
    rows = [("1", "one two three four", ""), ("2", "x" * 15, "yes")]
    assert list(tables.fitted(HEADS, rows, 24)) == [
        "ID  NAME          IN USE",
        "1   one two",
        "    three four",
        "2   xxxxxxxxxxxx  yes",
        "    xxx",
    ]


def test_columns_without_room_become_blocks_without_their_empty_cells() -> None:
    rows = [("1", "one two three", ""), ("2", "", "yes")]
    assert list(tables.fitted(HEADS, rows, 20)) == [
        "ID    1",
        "NAME  one two three",
        "",
        "ID      2",
        "IN USE  yes",
    ]


def test_a_block_has_a_line_for_each_value_and_folds_it_within_a_width() -> None:
    record = {"name": "one two three", "none": "", "key": "x"}
    assert list(tables.block(record, None)) == ["name  one two three", "key   x"]
    assert list(tables.block(record, 18)) == ["name  one two", "      three", "key   x"]
    assert list(tables.block({}, 18)) == []
