"""Values as text: what a person, a spreadsheet or a program gets to see of them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

_CONTROL: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters, line separators, changes of direction and lone surrogates."""


def cell(value: Any) -> str:
    """Return a value as the text of one cell, in one line and without control characters."""
    if value is None or _is_no_number(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone().isoformat(sep=" ", timespec="seconds")
    if isinstance(value, list | tuple):
        return ", ".join(map(cell, value))
    if isinstance(value, Mapping):
        return as_json(value)
    return one_line(str(value))


def one_line(text: str) -> str:
    """Return a text with its control characters escaped; they could steer a terminal."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def as_json(value: Any, *, indent: int | None = None, is_ascii: bool = False) -> str:
    """Return a value as JSON (RFC 8259) whose strings hold no control character as it is.

    JSON has neither NaN nor Infinity: they are null.
    """
    text = _dumped(value, indent=indent, ensure_ascii=is_ascii, default=_plain)
    return "\n".join(_CONTROL.sub(_escaped, line) for line in text.split("\n"))


def _dumped(value: Any, **form: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False, **form)
    except ValueError:
        return json.dumps(_with_numbers_only(value), **form)


def _with_numbers_only(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_numbers_only(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_numbers_only(inner) for inner in value]
    return None if _is_no_number(value) else value


def _is_no_number(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
