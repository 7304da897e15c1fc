"""The layout of tables: aligned, within the width, and complete."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mp_core.cli.output import tables

TEXTS = st.text("ab 🦊界-é", max_size=40).map(str.strip)
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


@given(rows=ROWS, width=st.integers(20, 120))
def test_a_fitted_table_is_within_its_width_and_loses_nothing(
    rows: list[tuple[str, str, str]], width: int
) -> None:
    lines = list(tables.fitted(HEADS, rows, width))
    assert max(map(cell_len, lines), default=0) <= width
    cells = [text for row in rows for text in row]
    drawn = letters(lines)
    for head in HEADS:
        drawn = [letter for letter in drawn if letter not in head]
    assert drawn == letters(cells)


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
