"""Texts that people, editors and machines leave behind, sane ones and odd ones."""

from __future__ import annotations

from typing import TypeVar

from hypothesis import strategies as st

_Value = TypeVar("_Value")

ODD = [
    *["", " ", "\t", "\n", "\r", "\r\n", "\x00", "\x1b[31m", "\x7f", "\x85", "\xa0", "\u200b"],
    *["\u2028", "\u202e", "\ufeff", "\ufffe", "e\u0301", "\u0660\u0661", "\u00b2", "\U0001f469"],
    *["~", "~/x", "/", "//", "..", "\\", "%", "%00", "%2e%2e", "$HOME", "'", '"', "#", "=", "@"],
    *[
        "-1",
        "0",
        "00",
        "1" * 19,
        "9" * 400,
        "1e400",
        "nan",
        "inf",
        "true",
        "null",
        "None",
        "x" * 65,
    ],
]
"""Pieces on which parsers differ."""

CHARACTERS = st.characters(exclude_categories=["Cs"])
"""All characters that UTF-8 has."""

_SURROGATES = st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF)
"""What Python makes of bytes in a variable or an argument that are no text (PEP 383)."""

texts = st.one_of(
    st.text(CHARACTERS, max_size=12),
    st.lists(st.sampled_from(ODD) | st.text(CHARACTERS, max_size=4), max_size=4).map("".join),
)
"""Any text."""

os_texts = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), _SURROGATES),
    max_size=12,
)
"""Any text of an operating system: there is no NUL, and some of it may be no text at all."""


def mutated(data: bytes) -> st.SearchStrategy[bytes]:
    """Return strategies of what damage makes of a file: bytes lost, doubled, put in."""
    places = st.integers(0, len(data))
    return st.builds(
        lambda start, end, put: data[:start] + put + data[max(start, end) :],
        places,
        places,
        st.binary(max_size=6) | texts.map(str.encode),
    ) | st.builds(lambda at, put: data[:at] + put + data[at:], places, texts.map(str.encode))


def mostly(
    sane: st.SearchStrategy[_Value], odd: st.SearchStrategy[_Value], one_in: int = 6
) -> st.SearchStrategy[_Value]:
    """Return a strategy that draws an odd value now and then, so that the sane path is reached."""
    return st.integers(1, one_in).flatmap(lambda number: odd if number == one_in else sane)
