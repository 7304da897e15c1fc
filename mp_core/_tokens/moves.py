"""Slots that a rename has copied and did not come to empty, since its process was killed.

Whoever still has the account under its old name would spend the tokens there, of which the new slot
has a copy. So the old one says beforehand where its tokens go: once the configuration has let go of
the old name, it holds none any more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mp_core._storage import files
from mp_core._tokens.binding import Binding
from mp_core.errors import ConfigError

_MOVED_TO: Final = "moved_to"


def moving(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a record that says under which name its tokens are, once the rename is done."""
    return {**record, _MOVED_TO: name}


def is_left_behind(record: Mapping[str, Any], binding: Binding, root: Path) -> bool:
    """Return whether the tokens of a record are another account's now, by the configuration."""
    if _MOVED_TO not in record or binding.config is None:
        return False
    names = _names_in(root / binding.config)
    return record[_MOVED_TO] in names and binding.account not in names


def _names_in(config: Path) -> frozenset[str]:
    try:
        accounts = tomllib.loads(files.read_private(config) or "").get("accounts")
    except (ConfigError, ValueError):
        return frozenset()
    return frozenset(accounts) if isinstance(accounts, dict) else frozenset()
