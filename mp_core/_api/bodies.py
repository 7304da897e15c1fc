"""Which requests can be sent a second time."""

from __future__ import annotations

import io
from typing import Any

import httpx


def can_be_repeated(request: httpx.Request) -> bool:
    """Return whether the body of a request will still be there after it was sent.

    What comes from a generator, an iterator or a file that was read is not; form fields and files
    that are kept in memory, or can be read from their beginning again, are.
    """
    stream: Any = request.stream
    if isinstance(stream, httpx.ByteStream):
        return True
    fields = getattr(stream, "fields", None)
    return fields is not None and all(map(_is_kept, fields))


def _is_kept(field: Any) -> bool:
    """Return whether a field of a form is there again: `httpx` goes to the start of its file."""
    content = getattr(field, "file", b"")
    if isinstance(content, str | bytes):
        return True
    try:
        return bool(content.seekable())
    except (AttributeError, ValueError, io.UnsupportedOperation):
        return False
