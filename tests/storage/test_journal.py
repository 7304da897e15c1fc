"""A file that is written where it is holds the old text or the new one at every moment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core._storage.in_place import finish, is_unfinished, overwrite
from mp_core._storage.journal import MARK, TAG, UnfinishedError, behind, is_at_rest, text_in

TEXTS = st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))


def moments(before: bytes, after: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield what a file holds after each byte that is written, and which text then counts."""
    data = bytearray(before)

    def put(piece: bytes, offset: int) -> Iterator[bytes]:
        for at, byte in enumerate(piece, start=offset):
            data[at : at + 1] = bytes([byte])
            yield bytes(data)

    yield from ((state, before) for state in put(behind(before, after), len(before)))
    yield from ((state, after) for state in put(MARK, 0))
    if after:
        yield from ((state, after) for state in put(after[1:] + TAG, 1))
        yield from ((state, after) for state in put(after[:1], 0))
    yield after, after


@given(TEXTS.filter(bool), TEXTS)
def test_h85_at_every_byte_one_of_both_texts_counts(before: bytes, after: bytes) -> None:
    for state, text in moments(before, after):
        assert text_in(state) == text
        assert is_at_rest(state) == (state == text)


@given(TEXTS)
def test_h85_a_text_alone_is_at_rest(text: bytes) -> None:
    assert (text_in(text), is_at_rest(text)) == (text, True)


@given(before=TEXTS.filter(bool), after=TEXTS.filter(bool), at=st.integers(1, 40))
def test_h85_a_new_text_that_was_changed_is_not_taken(before: bytes, after: bytes, at: int) -> None:
    data = MARK + before[1:] + behind(before, after)
    changed = data[:-at] + bytes([data[-at] ^ 1]) + data[len(data) - at + 1 :]
    with pytest.raises(UnfinishedError):
        text_in(changed)


@pytest.mark.skipif(os.name == "nt", reason="there, nothing is written in place")
@given(TEXTS, TEXTS, st.data())
def test_h85_what_was_left_at_any_byte_is_finished_or_written_over(
    tmp_path_factory: pytest.TempPathFactory, before: bytes, after: bytes, data: st.DataObject
) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "left"
    state, text = data.draw(st.sampled_from([*moments(before or b"\n", after)]))
    path.write_bytes(state)
    finish(path)
    assert (path.read_bytes(), is_unfinished(path)) == (text, False)
    path.write_bytes(state)
    overwrite(path, b"next")
    assert path.read_bytes() == b"next"
