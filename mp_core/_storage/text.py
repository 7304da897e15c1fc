"""One reading of text: UTF-8, with or without a byte order mark."""

from __future__ import annotations

import codecs
from typing import Final

BYTE_ORDER_MARK: Final = "\ufeff"
"""What some editors put before a text."""

_MARKS: Final = {
    codecs.BOM_UTF32_LE: "UTF-32",  # It begins like that of UTF-16, so that it is looked for first.
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


class NotTextError(ValueError):
    """The bytes are no text in UTF-8; the message says why, and quotes none of them.

    Attributes:
        encoding: What they are a text in, as far as that shows.
        is_certain: Whether that is known, and not guessed.
    """

    def __init__(
        self, reason: str, encoding: str | None = None, *, is_certain: bool = True
    ) -> None:
        super().__init__(reason)
        self.encoding = encoding
        self.is_certain = is_certain


def decoded(data: bytes) -> str:
    """Return the text of bytes, with its mark.

    Raises:
        NotTextError: They are no text, or one in another encoding.
    """
    if encoding := _encoding(data):
        raise NotTextError(f"it is {encoding}, and not UTF-8", encoding)
    if (nul := data.find(b"\0")) >= 0:
        raise NotTextError(f"byte {nul} is NUL, which no text holds")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = error.start
    raise NotTextError(f"byte {place} is not UTF-8", "WINDOWS-1252", is_certain=False)


def unmarked(text: str) -> tuple[str, str]:
    """Return the mark of a text, or nothing, and the text behind it."""
    return (BYTE_ORDER_MARK, text[1:]) if text.startswith(BYTE_ORDER_MARK) else ("", text)


def _encoding(data: bytes) -> str | None:
    """Return the encoding that is no UTF-8, by its mark or by where its zeros stand."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return encoding
    even, odd = data[:200:2], data[1:200:2]
    if len(odd) > 1 and not any(odd) and all(even):
        return "UTF-16LE"
    if len(even) > 1 and not any(even) and all(odd):
        return "UTF-16BE"
    return None
