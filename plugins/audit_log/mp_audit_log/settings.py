"""Where the log is, and how much of it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple, Self

from mp_core.errors import ConfigError
from mp_core.plugin import storage_root

PATH: Final = "MP_AUDIT_LOG"
MAX_BYTES: Final = "MP_AUDIT_LOG_MAX_BYTES"
BACKUPS: Final = "MP_AUDIT_LOG_BACKUPS"

_DEFAULTS: Final = {MAX_BYTES: 10 * 1024 * 1024, BACKUPS: 10}


class Settings(NamedTuple):
    """The settings of a log.

    Attributes:
        path: The file that events are appended to.
        max_bytes: How large it grows before it is put aside; 0: without end.
        backups: How many files that were put aside are kept, beside it; 0: none is put aside.
    """

    path: Path
    max_bytes: int
    backups: int

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Self:
        """Return what an environment says; an empty variable counts as unset.

        Raises:
            ConfigError: A variable is malformed, or there is no home for the log.
        """
        return cls(_path(env.get(PATH)), _number(env, MAX_BYTES), _number(env, BACKUPS))


def _path(value: str | None) -> Path:
    if not value:
        return storage_root() / "audit.jsonl"
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise _malformed(PATH, "a path without ~, since there is no home directory") from None


def _number(env: Mapping[str, str], name: str) -> int:
    value = (env.get(name) or "").strip()
    if not value:
        return _DEFAULTS[name]
    if re.fullmatch("[0-9]{1,15}", value):
        return int(value)
    raise _malformed(name, "a number, in digits")


def _malformed(name: str, expected: str) -> ConfigError:
    return ConfigError(
        f"The environment variable {name} is malformed: expected {expected}.",
        hint=f"Correct {name}, or run: unset {name}",
        details={"variable": name},
    )
