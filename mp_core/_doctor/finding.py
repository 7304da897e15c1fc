"""One finding of an examination."""

from __future__ import annotations

from typing import Literal

from mp_core._frozen import Frozen

Level = Literal["ok", "warning", "error"]


class Finding(Frozen):
    """One thing that was looked at.

    Attributes:
        check: What kind of thing: `files`, `plugins`, `accounts`, `environment`, `network`.
        subject: Which one.
        level: `error` for what keeps something from working or exposes a secret.
        message: What was found.
        fix: What to type, for what is not in order.
        is_fixed: Whether it was put right.
    """

    check: str
    subject: str
    level: Level
    message: str
    fix: str | None = None
    is_fixed: bool = False
