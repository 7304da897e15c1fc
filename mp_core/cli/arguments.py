"""The values that arguments and options take: checked here, so that a bad one is a usage error."""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from typing import Any, Final

import click

_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_DIGITS: Final = re.compile(r"[0-9]{1,18}")

region: Final = click.Choice(("us", "eu", "in"))
"""Where the data of an account lives."""


def name(value: str) -> str:
    """Return the name of an account or a target, or refuse it."""
    if _NAME.fullmatch(value):
        return value
    raise click.BadParameter(f"{value!r} is no name: 1 to 64 letters, digits, _ and -.")


def project_id(value: str) -> str:
    """Return the id of a project, or refuse it."""
    if _DIGITS.fullmatch(value):
        return value
    raise click.BadParameter(f"{value!r} is no project id: digits only. See: mp project list")


def workspace_id(value: str) -> int:
    """Return the id of a workspace, or refuse it."""
    if _DIGITS.fullmatch(value) and int(value) > 0:
        return int(value)
    raise click.BadParameter(
        f"{value!r} is no workspace id: a positive number. See: mp workspace list"
    )


def day(value: str) -> str:
    """Return a day as ISO 8601, or refuse it."""
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day such as 2024-01-31.") from None


def pair(value: str) -> tuple[str, str]:
    """Return the key and the value of `KEY=VALUE`, or refuse it."""
    key, sign, text = value.partition("=")
    if key and sign:
        return key, text
    raise click.BadParameter(f"{value!r} is not KEY=VALUE.")


def api_path(value: str) -> str:
    """Return a path below an API's address, or refuse it."""
    if value.startswith("/") and not value.startswith("//"):
        return value
    raise click.BadParameter(f"{value!r} is no path such as /me: it starts with one slash.")


def json_or_text(value: str) -> Any:
    """Return a decoded JSON value, or the text where it is none."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def stdin_text() -> str:
    """Return everything on stdin, also a byte order mark; nothing when it is closed.

    Raises:
        click.UsageError: It is not UTF-8.
    """
    if sys.stdin is None:
        return ""
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError:
        raise click.UsageError("What stdin holds is not UTF-8.") from None
