"""Whose the login is that is kept under an account's name, held against whose the account was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mp_core._runtime.context import Context
from mp_core._runtime.recording import recorded_user
from mp_core._values.commands import login_command
from mp_core.errors import OAuthError

if TYPE_CHECKING:
    from mp_core.plugin.account import Account


def owner_in_force(account: Account) -> str | None:
    """Return the user id of an account's owner in the surroundings of the process, if it is known.

    An account from elsewhere brings its login with it, and needs nobody else's.
    """
    return None if account.token_place is not None else _recorded(Context(), account)


def check_owner(context: Context, account: Account) -> None:
    """Refuse the login that is kept here for an account that came from elsewhere as another's.

    Raises:
        OAuthError: It is somebody else's than the account was where it was pickled.
    """
    here = _recorded(context, account)
    if account.owner_id in (None, here) or here is None:
        return
    raise OAuthError(
        f"Account {account.name!r} belongs to user {account.owner_id} where this session comes"
        f" from, and the login that is kept here under its name to user {here}.",
        hint=f"Log in here as the same person: {login_command(account)}"
        " · or use another account's session.",
        code="OWNER_MISMATCH",
        details={"account": account.name, "owner": account.owner_id, "found": here},
    )


def _recorded(context: Context, account: Account) -> str | None:
    """Return the user id in the record of an account's owner, which is one of its region."""
    user = recorded_user(context.root, context.binding(account))
    return str(user["id"]) if "id" in user else None
