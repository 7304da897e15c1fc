"""Logging an account out: its tokens are revoked where that can be done, and deleted."""

from __future__ import annotations

from mp_core._accounts.forget import delete_file, discard_tokens
from mp_core._accounts.results import LogoutResult
from mp_core._runtime.context import Context


def log_out(context: Context, name: str) -> LogoutResult:
    """Delete an account's tokens, after revoking them where its provider can.

    Raises:
        AccountNotFoundError: There is none of this name.
        MpError: The plugin that keeps the tokens cannot delete them.
    """
    account = context.config().usable_account(name)
    delete_file(context, name, "me.json")
    revoked = account is not None and context.vault.revoke(account)
    deleted = discard_tokens(context, name, account)
    return LogoutResult(account_name=name, revoked=revoked, deleted=deleted)
