"""What killed writers left in an account's directory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mp_core._doctor.finding import Finding
from mp_core._storage import files
from mp_core._storage.drafts import drafts_of, remove_drafts
from mp_core._storage.locks import locked
from mp_core._tokens.leftovers import adopt, leftover
from mp_core._tokens.lineage import fingerprint_of
from mp_core.errors import ConfigError

_NAMES: Final = ("tokens.json", "client.json", "me.json")


def draft_findings(directory: Path, fix: bool) -> Iterator[Finding]:
    """Look for drafts that nobody is writing: tokens are put in place, all else is removed."""
    for path in (directory / name for name in _NAMES):
        if not drafts_of(path):
            continue
        try:
            with locked(path, timeout_s=0):
                yield from _left(path, fix)
        except ConfigError:
            continue  # Somebody is at work on it, or its directory is found to be out of order.


def _left(path: Path, fix: bool) -> Iterator[Finding]:
    for draft in drafts_of(path):
        is_whole = path.name == "tokens.json" and leftover(path, _spent(path)) == draft
        yield Finding(
            check="files",
            subject=str(draft),
            level="warning",
            message="A process that was killed left new tokens here; the next refresh takes them."
            if is_whole
            else "A process that was killed left it.",
            fix="mp doctor --fix",
            is_fixed=fix,
        )
    if fix:
        if path.name == "tokens.json":
            adopt(path, _spent(path))
        remove_drafts(path)


def _spent(path: Path) -> str | None:
    try:
        token = json.loads(files.read_private(path) or "{}").get("access_token")
    except (ConfigError, ValueError, RecursionError, AttributeError):
        return None
    return fingerprint_of(token) if isinstance(token, str) else None
