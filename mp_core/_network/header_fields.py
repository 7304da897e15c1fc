"""What a header field of a request may be, and which ones only the core sets."""

from __future__ import annotations

import re
from typing import Any, Final

AUTHORIZATION: Final = "authorization"

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?")
_RESERVED: Final = frozenset({"host", "cookie", "content-length", "transfer-encoding"})


def is_field_name(name: Any) -> bool:
    """Return whether something is the name of a header field (RFC 9110 §5.1)."""
    return isinstance(name, str) and _TOKEN.fullmatch(name) is not None


def is_field_value(value: Any) -> bool:
    """Return whether something is the value of one: printable ASCII, without blanks around it."""
    return isinstance(value, str) and _VALUE.fullmatch(value) is not None


def is_reserved(name: str) -> bool:
    """Return whether a field says where a message goes or ends, which nobody but the core says."""
    folded = name.lower()
    return folded in _RESERVED or folded.startswith("proxy-")
