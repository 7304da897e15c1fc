"""Striking out of a message what looks like a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

LONGEST: Final = 500
"""Most characters of a message that are shown; the end of it says the most."""

_STRUCK: Final = "***"
_SHORTEST: Final = 8
_SECRETIVE: Final = r"(?:access|api|auth|bearer|client|pass|private|refresh|secret|token)"
_NAMED: Final = re.compile(
    rf"""(?ix)
    ( \b [\w-]* {_SECRETIVE} [\w-]* ["']? \s* [=:] \s* ["']? )  # access_token=, "secret":
    ( [^\s"',;&]+ )
    """
)
_SCHEME: Final = re.compile(r"(?i)\b(bearer|basic|digest|negotiate)(\s+)\S+")
_OPAQUE: Final = re.compile(
    r"(?<![\w./~-])(?=[\w+=~./-]*\d)(?=[\w+=~./-]*[A-Za-z])[\w+=][\w+=~./-]{19,}"
)
_IN_ADDRESS: Final = re.compile(r"(?<=://)[^\s/@]+(?=@)")


def redacted(text: str, environ: Mapping[str, str]) -> str:
    """Return the end of a message in one printable line, without what looks like a secret.

    Struck out are the values of variables with secretive names, what follows such a name or the
    scheme of a credential, the user in an address, and long words of letters and digits.
    """
    for name, value in environ.items():
        if len(value) >= _SHORTEST and re.search(rf"(?i){_SECRETIVE}|key", name):
            text = text.replace(value, _STRUCK)
    text = _SCHEME.sub(rf"\1\2{_STRUCK}", text)
    text = _NAMED.sub(rf"\1{_STRUCK}", text)
    text = _IN_ADDRESS.sub(_STRUCK, text)
    text = _OPAQUE.sub(_STRUCK, text)
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST else f"…{line[-LONGEST:]}"
