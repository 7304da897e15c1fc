"""What a plugin raises for people to put right, with the account, and with what to type next.

A provider knows what is wrong. Which account it was asked about, and which command helps, the core
knows.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mp_core._public import handed_out
from mp_core.errors import AuthenticationError, MpError

if TYPE_CHECKING:
    from mp_core.plugin.account import Account

_Error = TypeVar("_Error", bound=MpError)

_ON_ENTRY: Final = ("add", "env", "bridge")
"""Stages at which no command can name the account."""


def completed(
    error: _Error, hook: str, given: Mapping[str, Any], has_login: Callable[[], bool]
) -> _Error:
    """Return an error with whatever its plugin has left out; the error itself if that is nothing.

    It may be raised again about another account, so that it is not changed.

    Args:
        error: What a hook raised.
        hook: The hook.
        given: What the hook was given.
        has_login: Tells whether the account's type has a login.
    """
    account: Account | None = given.get("account")
    if account is None:
        return error
    facts = {"account": account.name, "region": account.region}
    details = error.details if "account" in error.details else {**facts, **error.details}
    hint = error.hint or _hint(error, hook, given, has_login)
    if (details, hint) == (error.details, error.hint):
        return error
    made = copy.copy(error)
    made.details, made.hint = details, hint
    if isinstance(error, AuthenticationError) and details is not error.details:
        _name(made, account)
    return made.with_traceback(error.__traceback__)


def _name(error: MpError, account: Account) -> None:
    """Let an error say whose credential it is about, unless it does."""
    if repr(account.name) not in error.message:
        error.message = f"Account {account.name!r}: {error.message}"
        error.args = (error.message, *error.args[1:])


def _hint(
    error: MpError, hook: str, given: Mapping[str, Any], has_login: Callable[[], bool]
) -> str | None:
    """Return what to type; None where whoever calls the hook knows that better."""
    if hook == "mp_login" or given.get("stage") in _ON_ENTRY:
        return None
    hint: str | None = handed_out("remedy_in_force")(given["account"], error, has_login=has_login())
    return hint
