"""One finding of an examination."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, TypeVar

from mp_core._frozen import Frozen

Level = Literal["ok", "warning", "error"]
AnyHint = TypeVar("AnyHint", bound=str | None)


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


def of_files(path: Path, level: Level, message: str, fix: str | None = None) -> Finding:
    """Return a finding about a file or directory."""
    return Finding(check="files", subject=str(path), level=level, message=message, fix=fix)


def is_sound(found: Finding | None) -> bool:
    """Return whether what was looked at is there, and of use now."""
    return found is not None and (found.level != "error" or found.is_fixed)


def typed(hint: AnyHint) -> str | AnyHint:
    """Return the command of a hint as it is typed, or the hint where it names none to run."""
    command = re.match(r"(?:.*, or )?run: (.*?)(?: · .*)?$", str(hint or ""), re.IGNORECASE)
    return command[1] if command else hint
