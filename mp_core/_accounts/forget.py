"""Forgetting what an account leaves behind: tokens, client registration and cache."""

from __future__ import annotations

import re

from mp_core._runtime.context import Context
from mp_core._storage import files, paths
from mp_core.plugin.account import NAME_PATTERN, Account


def forget(context: Context, name: str, account: Account | None) -> None:
    """Delete tokens, client registration and cache of a name, so that nobody revives them.

    Args:
        context: The surroundings.
        name: The name.
        account: The account of this name, if it can be used: its plugins may keep the tokens.

    Raises:
        MpError: The plugin that keeps the tokens cannot delete them.
    """
    discard_tokens(context, name, account)
    delete_file(context, name, "client.json")
    delete_file(context, name, "me.json")
    delete_file(context, name, "owner.json")


def discard_tokens(context: Context, name: str, account: Account | None) -> bool:
    """Empty the token slot, wherever it is; the file goes, whatever is wrong with the account."""
    had_file = delete_file(context, name, "tokens.json")
    if account is None or not context.host.stores_tokens(account):
        return had_file
    return context.vault.discard(account) or had_file


def delete_file(context: Context, name: str, file: str) -> bool:
    """Delete a file of an account's directory, and return whether it was there."""
    root = context.root
    if not re.fullmatch(NAME_PATTERN, name):
        return False  # It leads elsewhere, such as `..`, and no account that can be used has it.
    return root is not None and files.delete(paths.account_dir(root, name) / file)
