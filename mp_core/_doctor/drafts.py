"""What killed writers left in an account's directory."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from mp_core._doctor.finding import Finding, of_files
from mp_core._storage import files
from mp_core._storage.drafts import drafts_of, remove_drafts
from mp_core._storage.in_place import finish, is_unfinished
from mp_core._storage.journal import UnfinishedError
from mp_core._storage.locks import locked
from mp_core._tokens.leftovers import adopt, leftover
from mp_core._tokens.lineage import fingerprint_of
from mp_core.errors import ConfigError

_TOKENS: Final = "tokens.json"
_NAMES: Final = (_TOKENS, "client.json", "me.json")


def draft_findings(directory: Path, fix: bool) -> Iterator[Finding]:
    """Look for drafts that nobody is writing: tokens are put in place, all else is removed."""
    for name in _NAMES:
        yield from drafts_left(directory / name, fix)


def drafts_left(path: Path, fix: bool) -> Iterator[Finding]:
    """Look for the drafts of one file, and whether it was being written where it is."""
    real = Path(os.path.realpath(path))
    if not (drafts_of(path) or is_unfinished(real)):
        return
    try:
        with locked(path, timeout_s=0):
            found = [_told(path, draft) for draft in drafts_of(path)]
            found += [_unfinished(path)] if is_unfinished(real) else []
            if fix:
                _settle(path, real)
    except ConfigError:
        return  # Somebody is at work on it, or its lock is found to be out of order.
    for each in found:
        yield each.model_copy(update={"is_fixed": fix and not _is_left(Path(each.subject))})


def _told(path: Path, draft: Path) -> Finding:
    if path.name == _TOKENS and leftover(path, _spent(path)) == draft:
        message = "A process that was killed left new tokens here; the next refresh takes them."
    else:
        message = "A process that was killed left it."
    return of_files(draft, "warning", message, "mp doctor --fix")


def _unfinished(path: Path) -> Finding:
    message = "A process was killed while it wrote it: behind its text there is more."
    return of_files(path, "warning", message, "mp doctor --fix")


def _is_left(path: Path) -> bool:
    is_draft = path.name.startswith(".")
    return os.path.lexists(path) if is_draft else is_unfinished(path)


def _settle(path: Path, real: Path) -> None:
    """Put what counts in place, and remove the rest; the caller holds the lock."""
    if is_unfinished(real):
        with suppress(OSError, UnfinishedError):
            finish(real)
    if path.name == _TOKENS:
        adopt(path, _spent(path))
    remove_drafts(path)


def _spent(path: Path) -> str | None:
    try:
        token = json.loads(files.read_private(path) or "{}").get("access_token")
    except (ConfigError, ValueError, RecursionError, AttributeError):
        return None
    return fingerprint_of(token) if isinstance(token, str) else None
