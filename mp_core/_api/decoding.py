"""JSON as it comes: what is odd in it costs nothing but itself."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

_DEPTH: Final = 64
"""How deep what is kept of an answer may be; what can write and read JSON ends at some hundred."""
_DIGITS: Final = 600
"""Most digits of a number that every Python converts, however it is set up (CVE-2020-10735)."""
_EXACT: Final = 2**53
"""Up to here a number with a fraction of zero is exactly that integer (RFC 8259 §6)."""
_WIDEST: Final = 2**63


def json_in(content: bytes) -> Any:
    """Return the value of a JSON text; a number with too many digits for Python is a text.

    Bytes that are not UTF-8 become replacement characters.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    try:
        return json.loads(content)
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError:
        return json.loads(content.decode("utf-8", "replace"), parse_int=_integer)
    except ValueError:
        return json.loads(content, parse_int=_integer)


def plain(value: Any, depth: int = _DEPTH) -> Any:
    """Return a JSON value as every file and every format can hold it.

    Half a character becomes a replacement character, and what is no number, or lies too deep, None.
    """
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, int):
        return value if abs(value) < _WIDEST else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or depth == 0:
        return None
    if isinstance(value, Mapping):
        return {text_of(key): plain(inner, depth - 1) for key, inner in value.items()}
    return [plain(inner, depth - 1) for inner in value]


def text_of(value: Any) -> str | None:
    """Return a text or a number as text, whole characters only; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = value if isinstance(value, str) else str(value)
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def id_of(value: Any) -> int | str | None:
    """Return what may be an id, a whole number or a whole text; None for anything else."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if isinstance(value, bool | float) or not isinstance(value, int | str):
        return None
    return None if "\ufffd" in (text_of(value) or "") else value


def number_of(value: Any) -> int | None:
    """Return an id that is a number of at most 64 bits, also where it is a text."""
    found = id_of(value)
    if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) < 20:
        found = int(found)
    return found if isinstance(found, int) and abs(found) < _WIDEST else None


def flag_of(value: Any) -> bool | None:
    """Return yes or no; None for anything else."""
    return value if isinstance(value, bool) else None


def records_by_id(value: Any) -> dict[str, Any]:
    """Return the records of a collection by id, whether it is a mapping or a list.

    What is no record is left out; a collection that is something else has none.
    """
    if isinstance(value, list):
        value = {id_of(each.get("id")): each for each in value if isinstance(each, Mapping)}
    if not isinstance(value, Mapping):
        return {}
    return {
        str(key): record
        for key, record in value.items()
        if isinstance(record, Mapping) and id_of(key) is not None
    }


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) < _DIGITS else digits
