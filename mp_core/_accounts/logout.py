"""Logging an account out, and clearing everything that an account leaves behind."""

from __future__ import annotations

import re

from mp_core._accounts.results import LogoutResult
from mp_core._config.document import ConfigSnapshot, unknown_account
from mp_core._runtime.context import Context
from mp_core._storage import files, paths
from mp_core.errors import ConfigError
from mp_core.plugin.account import NAME_PATTERN, Account


def log_out(context: Context, name: str) -> LogoutResult:
    """Delete an account's tokens, after revoking them where its provider can.

    Raises:
        AccountNotFoundError: There is none of this name.
        MpError: The plugin that keeps the tokens cannot delete them.
    """
    account = usable(context.config(), name)
    _delete(context, name, "me.json")
    revoked = account is not None and context.vault.revoke(account)
    deleted = _discard(context, name, account)
    return LogoutResult(account_name=name, revoked=revoked, deleted=deleted)


def clear(context: Context, name: str, account: Account | None) -> None:
    """Delete tokens, client registration and cache of a name, so that nobody revives them.

    Args:
        context: The surroundings.
        name: The name.
        account: The account of this name, if it can be used: its plugins may keep the tokens.

    Raises:
        MpError: The plugin that keeps the tokens cannot delete them.
    """
    _discard(context, name, account)
    _delete(context, name, "client.json")
    _delete(context, name, "me.json")


def usable(config: ConfigSnapshot, name: str) -> Account | None:
    """Return a configured account, or None when its block or its provider is unusable.

    Raises:
        AccountNotFoundError: There is none of this name.
        ConfigError: The accounts are no table.
    """
    if name not in (known := config.account_names()):
        raise unknown_account(name, known)
    try:
        return config.account(name)
    except ConfigError:
        return None


def _discard(context: Context, name: str, account: Account | None) -> bool:
    """Empty the token slot, wherever it is; the file goes, whatever is wrong with the account."""
    had_file = _delete(context, name, "tokens.json")
    if account is None or not context.registry.stores_tokens(account):
        return had_file
    return context.vault.discard(account) or had_file


def _delete(context: Context, name: str, file: str) -> bool:
    root = context.root
    if not re.fullmatch(NAME_PATTERN, name):
        return False  # It leads elsewhere, such as `..`, and no account that can be used has it.
    return root is not None and files.delete(paths.account_dir(root, name) / file)
