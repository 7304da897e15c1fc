"""What to type where a plugin says what is wrong with an account, and not what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mp_core._runtime.context import Context
from mp_core._values.commands import test_command, update_command, way_back
from mp_core.errors import AuthenticationError, ConfigError
from mp_core.plugin.tokens import REFRESH_ERROR

if TYPE_CHECKING:
    from mp_core.errors import MpError
    from mp_core.plugin.account import Account


def remedy_in_force(account: Account, error: MpError, *, has_login: bool) -> str | None:
    """Return what to type in the surroundings of the process, or None where nothing is known."""
    if isinstance(error, AuthenticationError):
        may_pass = error.code == REFRESH_ERROR
        return ("Try again; if it stays so: " if may_pass else "") + _renewal(account, has_login)
    is_named = account.token_place is None and _is_named(account)
    return f"Put that right, and test it: {test_command(account)}" if is_named else None


def _renewal(account: Account, has_login: bool) -> str:
    """Return what gives an account a credential that works, which depends on where it is from."""
    if account.token_place is not None or has_login:
        return way_back(account)
    if not _is_named(account):
        return "Check the credential and the region."
    return f"Test it: {test_command(account)} · or replace it: {update_command(account)}"


def _is_named(account: Account) -> bool:
    """Return whether commands can name the account; it is not read, which might ask plugins."""
    try:
        return account.name in Context().config().account_names()
    except ConfigError:
        return False
