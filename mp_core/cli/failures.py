"""What a person, or a program, is told when a command fails, and with which exit code."""

from __future__ import annotations

import json
import traceback
from typing import Final

import click

from mp_core.cli.invocation import Invocation
from mp_core.errors import (
    AccountNotFoundError,
    APIError,
    AuthenticationError,
    MpError,
    RateLimitError,
    TargetNotFoundError,
    WorkspaceScopeError,
)

OK: Final = 0
GENERAL: Final = 1
AUTHENTICATION: Final = 2
USAGE: Final = 3
NOT_FOUND: Final = 4
RATE_LIMITED: Final = 5
INTERRUPTED: Final = 130

_BY_KIND: Final[tuple[tuple[type[MpError], int], ...]] = (
    (RateLimitError, RATE_LIMITED),
    (AuthenticationError, AUTHENTICATION),
    (AccountNotFoundError, NOT_FOUND),
    (TargetNotFoundError, NOT_FOUND),
    (WorkspaceScopeError, NOT_FOUND),
)
_BY_STATUS: Final = {401: AUTHENTICATION, 403: AUTHENTICATION, 404: NOT_FOUND}


def report(error: BaseException, invocation: Invocation) -> int:
    """Say on stderr why a command failed, and return the exit code."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        invocation.output.error("Interrupted.")
        return INTERRUPTED
    failure = _as_mp_error(error)
    if invocation.format == "json":
        invocation.output.error(_as_json(failure))
    else:
        invocation.output.error(f"Error: {failure.message}")
        if failure.hint:
            invocation.output.error(failure.hint)
    if failure.code == "INTERNAL_ERROR" and invocation.is_verbose:
        invocation.output.error("".join(traceback.format_exception(error)).rstrip())
    return USAGE if failure.code == "USAGE" else exit_code(failure)


def exit_code(error: MpError) -> int:
    """Return the exit code of an error."""
    if isinstance(error, APIError) and error.status_code in _BY_STATUS:
        return _BY_STATUS[error.status_code]
    return next((code for kind, code in _BY_KIND if isinstance(error, kind)), GENERAL)


def _as_mp_error(error: BaseException) -> MpError:
    if isinstance(error, MpError):
        return error
    if isinstance(error, click.ClickException):
        return MpError(error.format_message(), hint=_usage_hint(error), code="USAGE")
    if type(error) is ValueError:  # A subclass comes from a defect, such as a failed decoding.
        return MpError(f"{error}.", code="USAGE")
    return MpError(
        f"This should not have happened: {type(error).__name__}.",
        hint="Run the command again with -v, and report what it prints.",
        code="INTERNAL_ERROR",
    )


def _usage_hint(error: click.ClickException) -> str | None:
    ctx = getattr(error, "ctx", None)
    return f"See: {ctx.command_path} --help" if ctx else None


def _as_json(error: MpError) -> str:
    fields = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "details": error.details,
    }
    return json.dumps(fields, ensure_ascii=False, default=str)
