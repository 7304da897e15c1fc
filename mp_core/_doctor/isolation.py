"""The one place where a look that fails becomes a finding, so that the others go on."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from mp_core._doctor.finding import Finding, typed
from mp_core._storage.commands import quoted
from mp_core.errors import MpError


def isolated(check: str, subject: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Yield what a look finds; what it raises is a finding, too, and ends this look alone.

    Args:
        check: What kind of thing is looked at.
        subject: Which one.
        look: Yields the findings.
    """
    try:
        yield from look()
    except Exception as error:
        message, fix = _told(error)
        yield Finding(check=check, subject=subject, level="error", message=message, fix=fix)


def _told(error: Exception) -> tuple[str, str]:
    """Return what happened and what to do; the text of an unknown error may hold a secret."""
    if isinstance(error, MpError):
        return error.message, typed(error.hint) or "mp doctor -v"
    if isinstance(error, OSError) and error.strerror:
        return f"This could not be looked at: {error.strerror}{_place(error)}.", _look_at(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}, line {last.lineno}"
    return (
        f"This look failed: {type(error).__name__} in {place}.",
        "Report it with this line: it is a defect of mp-core, or of a plugin.",
    )


def _place(error: OSError) -> str:
    return f": {error.filename}" if error.filename else ""


def _look_at(error: OSError) -> str:
    if isinstance(error.filename, str):
        return f"ls -ld {quoted(Path(error.filename))}"
    return "mp doctor -v"
