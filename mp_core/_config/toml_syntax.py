"""The syntax of the configuration file, and where a text breaks it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from mp_core._storage.commands import quoted
from mp_core._storage.text import unmarked
from mp_core.errors import ConfigError

_POSITION: Final = re.compile(
    r"(?P<what>.*) \(at (?:end of document|(?P<where>line \d+, column \d+))\)"
)


def tables_in(path: Path | None, text: str) -> dict[str, Any]:
    """Return what a text holds, behind the byte order mark that it may have.

    Args:
        path: The file that it comes from.
        text: The text.

    Raises:
        ConfigError: It is no TOML; the error names the place in the file.
    """
    text = unmarked(text)[1]
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # Digits and nesting have limits, too.
        reason = str(error)
    found = _POSITION.fullmatch(reason)
    place = f", {found['where'] or _end_of(text)}" if found else ""
    raise ConfigError(
        f"{path}{place}: {found['what'] if found else reason}.",
        hint=_correction(path, text),
        details={"path": str(path)},
    )


def _correction(path: Path | None, text: str) -> str:
    if path is None or not re.search(r"\r(?!\n)", text):
        return "Correct the file; nothing was changed."
    command = rf"perl -pi -e 's/\r(?!\n)/\n/g' {quoted(path)}"
    return f"Some lines end with a carriage return alone, which TOML does not know. Run: {command}"


def _end_of(text: str) -> str:
    return f"line {text.count(chr(10)) + 1}, column {len(text) - text.rfind(chr(10))}"
