"""Text that a plugin answers with, as it is checked and as it is sent."""

from __future__ import annotations

from typing import Any


def exact(answer: Any) -> Any:
    """Return an answer, where it is text as nothing but that.

    A class that extends `str` may tell whoever checks it something else than whoever sends it: what
    decides is the text that it holds.
    """
    return str.__str__(answer) if isinstance(answer, str) else answer
