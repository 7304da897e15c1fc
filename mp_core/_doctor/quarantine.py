"""The place for what is out of order: nothing in it is used, and nothing is lost."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mp_core._doctor import places
from mp_core._doctor.finding import Finding, of_files
from mp_core._storage.directories import make_private_dir

NAME: Final = "quarantine"


def moved(root: Path, path: Path, message: str, fix: bool) -> Finding:
    """Return the finding for something out of place, after moving it if that is wanted.

    What belongs to somebody else stays where it is.
    """
    status = path.lstat()
    if status.st_uid != os.getuid():
        kind: places.Kind = "directory" if stat.S_ISDIR(status.st_mode) else "file"
        command = f"{places.take_over(path, status, kind)} && mp doctor --fix"
        text = f"{message} It belongs to {places.owner(status)}."
        return of_files(path, "error", text, command)
    found = of_files(path, "warning", message, "mp doctor --fix")
    return _after_move(root, path, found) if fix else found


def _after_move(root: Path, path: Path, found: Finding) -> Finding:
    try:
        place = _quarantined(root, path)
    except OSError as error:
        text = f"{found.message} It could not be moved: {error.strerror}."
        return found.model_copy(update={"level": "error", "message": text})
    text = f"{found.message} It was moved to {place}."
    return found.model_copy(update={"message": text, "is_fixed": True})


def _quarantined(root: Path, path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    quarantine = root / NAME
    make_private_dir(quarantine)
    name = path.relative_to(root).as_posix().replace("/", "-")
    return path.rename(quarantine / f"{stamp}-{name}")
