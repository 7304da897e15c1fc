"""What lies behind a text while its file is written where it is, so that no kill loses it.

Such a file may be read, or be left by a writer that is killed, at every moment. It is changed in
five steps, each of which is on the disk before the next:

1. Behind the old text come a tag, the new text, and its length and digest. What stands before the
   first tag counts, which is the old text.
2. The first byte becomes one with which no text begins. What is behind counts, the new text.
3. The new text takes the place of the old one, with a tag behind it.
4. The first byte becomes that of the new text. What stands before the first tag counts.
5. What is behind that is cut off.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Final

TAG: Final = b"\xf8mp-core\xf8"
"""What no text in UTF-8 holds."""

MARK: Final = TAG[:1]
"""How a file begins of which the end counts."""

_END: Final = struct.Struct(">Q32s")


class UnfinishedError(ValueError):
    """A file was changed while it was being written, so that neither text can be had."""


def behind(before: bytes, after: bytes) -> bytes:
    """Return what comes behind an old text, of at least one byte, before a new one takes its place.

    The new text in the old one's place, and the tag behind it, do not reach what counts then.
    """
    gap = max(0, len(after) - len(before))
    digest = hashlib.sha256(after).digest()
    return TAG + MARK * gap + after + _END.pack(len(after), digest)


def text_in(data: bytes) -> bytes:
    """Return the text of a file, whatever moment its writer has come to.

    Raises:
        UnfinishedError: Neither the old one nor the new one is whole.
    """
    if data.startswith(MARK):
        return _new_text(data)
    text, tag, _ = data.partition(TAG)
    if not tag:  # It may be there in part.
        parts = (TAG[:length] for length in range(len(TAG) - 1, 0, -1))
        text = data.removesuffix(next(filter(data.endswith, parts), b""))
    return text


def is_at_rest(data: bytes) -> bool:
    """Return whether a file holds a text alone."""
    return not data.startswith(MARK) and text_in(data) == data


def _new_text(data: bytes) -> bytes:
    end = len(data) - _END.size
    if end > 0:
        length, digest = _END.unpack(data[end:])
        text = data[max(0, end - length) : end]
        if hashlib.sha256(text).digest() == digest:
            return text
    raise UnfinishedError("it was changed while it was being written, and is left unfinished")
