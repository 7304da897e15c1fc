"""What a plugin answers with, as nothing but the values that it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def plain(answer: Any) -> Any:
    """Return an answer, text and mappings in it as exactly such.

    What extends `str`, or is a mapping of its own kind, may show whoever checks it something else
    than whoever sends it. It is read here, once: what was checked is what is sent.
    """
    if isinstance(answer, str):
        return str.__str__(answer)
    if isinstance(answer, Mapping):
        return {plain(name): plain(value) for name, value in answer.items()}
    return answer
