"""Whether the way to the storage root is open to this user, and its files safe from all others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mp_core._doctor import places
from mp_core._doctor.finding import Finding, of_files, typed
from mp_core._storage.commands import quoted
from mp_core._storage.trust import refusal


def way_findings(root: Path) -> Iterator[Finding]:
    """Look at the directories above the storage root, also where a link leads to it."""
    above = dict.fromkeys((root.absolute().parent, Path(os.path.realpath(root)).parent))
    error = next(filter(None, map(refusal, above)), None)
    if error is not None:
        message = f"Nothing is stored in it: {error.strerror}."
        yield of_files(root, "error", message, typed(error.remedy))
    if _is_absent(root):
        yield from _cannot_be_made(root)


def _is_absent(root: Path) -> bool:
    """Return whether there is nothing, rather than that it cannot be seen."""
    try:
        root.lstat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def _cannot_be_made(root: Path) -> Iterator[Finding]:
    above = next(parent for parent in root.absolute().parents if os.path.lexists(parent))
    if not os.path.isdir(above) or places.may(above, os.W_OK | os.X_OK):
        return
    message = f"It does not exist, and you may not make it in {above}: nothing can be kept."
    command = f"sudo install -d -o $(id -u) -m 700 {quoted(root)}"
    yield of_files(root, "error", message, command)
