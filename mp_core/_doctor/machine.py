"""Whether variables that hold paths lead anywhere, and the clock can be relied on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from mp_core import _env as variables
from mp_core._doctor.clock import clock_command
from mp_core._doctor.finding import Finding
from mp_core._runtime.context import Context
from mp_core._storage import paths
from mp_core._tokens.vault import utc_now

_DAWN: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""No clock that is right shows an earlier time."""


def machine_findings(context: Context) -> Iterator[Finding]:
    """Look at what this process stands on."""
    yield from _variables(context)
    if (now := utc_now()) < _DAWN:
        yield _finding("clock", f"It shows the year {now.year}.", clock_command())


def _variables(context: Context) -> Iterator[Finding]:
    for name in (variables.CONFIG_PATH, variables.STORAGE_DIR):
        value = variables.get(context.env, name)
        if value is not None and not os.path.lexists(paths.expand(context.env, value)):
            message = f"It leads to {value}, which does not exist: no account is found there."
            yield _finding(name, message, f"unset {name}")


def _finding(subject: str, message: str, fix: str) -> Finding:
    return Finding(check="environment", subject=subject, level="warning", message=message, fix=fix)
