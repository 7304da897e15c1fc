"""Logging an account out: its tokens are revoked where that can be done, and deleted."""

from __future__ import annotations

import contextlib
import copy

from mp_core._accounts.forget import ME, delete_file, discard_tokens
from mp_core._accounts.known_owner import note_known_owner
from mp_core._accounts.results import LogoutResult
from mp_core._runtime.context import Context
from mp_core._runtime.recording import record
from mp_core._warning import going_on
from mp_core.errors import ConfigError, MpError
from mp_core.plugin.account import Account


@going_on()
def log_out(context: Context, name: str) -> LogoutResult:
    """Delete an account's tokens, after revoking them where its provider can.

    The cache goes as well where it can; without its login nothing in it is believed any more.

    Raises:
        AccountNotFoundError: There is none of this name.
        OAuthError: The tokens belong to somebody else; nothing was changed.
        MpError: The tokens cannot be deleted; the message says whether they are revoked.
        ProviderError: It is logged out, and an audit log that is required did not take it.
    """
    account = context.config().usable_account(name)
    if account is not None and context.host.stores_tokens(account):
        note_known_owner(context, account)
    revoked = account is not None and context.vault.revoke(account)
    deleted = _discarded(context, name, account, revoked)
    with contextlib.suppress(ConfigError):
        delete_file(context, name, account, ME)
    if account is not None and (revoked or deleted):
        record(context, account, "logged_out")
    return LogoutResult(account_name=name, revoked=revoked, deleted=deleted)


def _discarded(context: Context, name: str, account: Account | None, revoked: bool) -> bool:
    try:
        return discard_tokens(context, name, account)
    except MpError as error:
        if not revoked:
            raise
        told = copy.copy(error)
        told.message = (
            f"The login of account {name!r} was revoked and is of no use any more, but what is"
            f" stored of it could not be deleted. {error.message}"
        )
        told.args = (told.message,)
        raise told from None
