"""What a person, or a program, is told when a command fails, and with which exit code."""

from __future__ import annotations

from typing import Final

import click

from mp_core.cli import interruptions
from mp_core.cli.invocation import Invocation
from mp_core.cli.output.cells import as_json
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
INTERRUPTED: Final = interruptions.CODE

_BY_KIND: Final[tuple[tuple[type[MpError], int], ...]] = (
    (RateLimitError, RATE_LIMITED),
    (AuthenticationError, AUTHENTICATION),
    (AccountNotFoundError, NOT_FOUND),
    (TargetNotFoundError, NOT_FOUND),
    (WorkspaceScopeError, NOT_FOUND),
)
_BY_STATUS: Final = {401: AUTHENTICATION, 403: AUTHENTICATION, 404: NOT_FOUND}
_BY_CODE: Final = {
    "USAGE": USAGE,
    "INVALID_ACCOUNT": USAGE,
    "INVALID_TARGET": USAGE,
    "PLUGIN_NOT_FOUND": NOT_FOUND,
    "INTERRUPTED": INTERRUPTED,
}
_UNFORESEEN: Final = ("INTERNAL_ERROR", "SYSTEM_ERROR")


def tell(error: BaseException, invocation: Invocation) -> None:
    """Say on stderr why a command failed."""
    failure = as_mp_error(error)
    if invocation.format == "json":
        invocation.output.lines(_record(failure))
    elif isinstance(error, click.exceptions.NoArgsIsHelpError):
        invocation.output.lines(error.ctx.get_help())
    else:
        invocation.output.error(failure.message, failure.hint)
    if failure.code in _UNFORESEEN and invocation.is_verbose:
        import traceback

        invocation.output.lines("".join(traceback.format_exception(error)))


def exit_code(error: BaseException) -> int:
    """Return the exit code of an error."""
    failure = as_mp_error(error)
    if failure.code in _BY_CODE:
        return _BY_CODE[failure.code]
    if isinstance(failure, APIError) and failure.status_code in _BY_STATUS:
        return _BY_STATUS[failure.status_code]
    return next((code for kind, code in _BY_KIND if isinstance(failure, kind)), GENERAL)


def as_mp_error(error: BaseException) -> MpError:
    """Return an error as one that has a message, a hint and a code."""
    if isinstance(error, MpError):
        return error
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return MpError("Interrupted.", code="INTERRUPTED")
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return MpError("Name a command.", hint=_usage_hint(error), code="USAGE")
    if isinstance(error, click.ClickException):
        return MpError(error.format_message(), hint=_usage_hint(error), code="USAGE")
    if type(error) is ValueError:  # A subclass comes from a defect, such as a failed decoding.
        return MpError(f"{str(error).rstrip('.')}.", code="USAGE")
    return _unforeseen(error)


def _unforeseen(error: BaseException) -> MpError:
    """Return what is said of an error that nobody raised on purpose; its text may hold a secret."""
    if isinstance(error, OSError) and error.strerror:
        place = f": {error.filename}" if error.filename else ""
        return MpError(f"{error.strerror}{place}.", hint="See where: -v", code="SYSTEM_ERROR")
    return MpError(
        f"This should not have happened: {type(error).__name__}.",
        hint="Run the command again with -v, and report what it prints.",
        code="INTERNAL_ERROR",
    )


def _usage_hint(error: click.ClickException) -> str | None:
    ctx = getattr(error, "ctx", None)
    return f"See: {ctx.command_path} --help" if ctx else None


def _record(error: MpError) -> str:
    fields = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "details": error.details,
    }
    return as_json(fields)
