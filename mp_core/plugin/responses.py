"""What a token endpoint may answer, and what can be made of it (RFC 6749 §5.1).

The refresh token is spent by then: who throws an odd answer away, throws the login away.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from mp_core._warning import tell

LONGEST_S: Final = 10**9
"""Longest lifetime that is believed, in seconds."""

_USUAL: Final = timedelta(hours=1)
_BEARER: Final = "Bearer"


def strict_lifetime(value: Any) -> timedelta:
    """Return the lifetime that an `expires_in` states as a whole number, or as its digits.

    Raises:
        ValueError: It does not.
    """
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST_S:
        raise ValueError("expires_in is not a number of seconds")
    return timedelta(seconds=value)


def lax_lifetime(value: Any) -> timedelta:
    """Return the lifetime that any kind of number states, or one hour, which is warned of."""
    with suppress(TypeError, ValueError, OverflowError):
        seconds = math.nan if isinstance(value, bool) else float(value)
        if 0 <= seconds <= LONGEST_S:
            return timedelta(seconds=int(seconds))
    tell(
        "The server does not say for how long its token is good; one hour is assumed.",
        stacklevel=2,
    )
    return _USUAL


def lax_fields(response: Mapping[str, Any]) -> dict[str, Any]:
    """Return what else an answer states, without what is of no use: it counts as left out."""
    return {
        "access_token": response["access_token"],
        "refresh_token": _text(response.get("refresh_token")) or None,
        "scope": _scope(response.get("scope")),
        "token_type": _text(response.get("token_type")) or _BEARER,
    }


def _scope(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(filter(None, map(_text, value)))
    return _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
