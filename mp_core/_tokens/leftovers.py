"""Tokens that a killed process bought and wrote, and did not come to put in place.

Each draft of tokens names those that were spent for it, so that it can be told what it continues.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from mp_core._storage import files
from mp_core._storage.directories import READ_ONLY
from mp_core._storage.drafts import drafts_of, promote
from mp_core.errors import ConfigError
from mp_core.plugin.tokens import OAuthTokens

_FIELDS: Final = frozenset(OAuthTokens.model_fields)
_OWN: Final = _FIELDS | {"continues", "replaces"}
"""What differs between two versions of one slot; all else binds it."""


def leftover(path: Path, spent: str | None) -> Path | None:
    """Return the draft of a token file that holds complete tokens which continue others.

    Args:
        path: The token file.
        spent: The fingerprint of the others.
    """
    stored = _record(path) or {}
    found = (draft for draft in drafts_of(path) if _continues(_record(draft), stored, spent))
    return next(found, None)


def adopt(path: Path, spent: str | None) -> OAuthTokens | None:
    """Put such tokens in place and return them, if there are any; the caller holds the lock.

    Where nobody can write to the place they are returned as well: those before them are spent.

    Raises:
        ConfigError: They cannot be put in place for another reason.
    """
    draft = leftover(path, spent)
    tokens = None if draft is None else _tokens(_record(draft) or {})
    if draft is None or tokens is None:
        return None
    try:
        promote(draft, path)
    except OSError as error:
        if error.errno not in READ_ONLY:
            raise files.unwritable(path, error) from None
    return tokens


def _continues(record: dict[str, Any] | None, stored: dict[str, Any], spent: str | None) -> bool:
    """Return whether a record is of the same slot as the stored one, whole, and bought with it."""
    if record is None or spent is None or record.get("continues") != spent:
        return False
    if _tokens(record) is None:
        return False
    bound = {key: value for key, value in stored.items() if key not in _OWN}
    return all(record.get(key, value) == value for key, value in bound.items())


def _tokens(record: dict[str, Any]) -> OAuthTokens | None:
    try:
        return OAuthTokens.model_validate({key: record[key] for key in record if key in _FIELDS})
    except ValidationError:
        return None


def _record(path: Path) -> dict[str, Any] | None:
    try:
        record = json.loads(files.read_private(path) or "null")
    except (ConfigError, ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
