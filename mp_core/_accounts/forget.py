"""Forgetting what an account leaves behind: tokens, client registration, cache and owner."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from mp_core._runtime.context import Context
from mp_core._storage import files, paths
from mp_core._tokens.binding import FOREIGN, Binding
from mp_core.errors import ConfigError, MpError
from mp_core.plugin.account import NAME_PATTERN, Account

TOKENS: Final = "tokens.json"
ME: Final = "me.json"
OWNER: Final = "owner.json"
BESIDE_TOKENS: Final = ("client.json", ME, OWNER)
"""The files of an account's directory that no plugin keeps elsewhere."""


def forget(context: Context, name: str, account: Account | None) -> list[Path]:
    """Delete all that is kept of a name, so that nobody revives it; return what cannot be deleted.

    What belongs to an account of another configuration file, type or region stays.

    Args:
        context: The surroundings.
        name: The name.
        account: The account of this name, if it can be used: its plugins may keep the tokens.

    Raises:
        OAuthError: The tokens belong to somebody else; nothing was deleted.
        MpError: The tokens cannot be deleted; the rest was not either.
    """
    discard_tokens(context, name, account)
    return forget_beside(context, name, account)


def forget_earlier(context: Context, account: Account) -> None:
    """Forget what an earlier account of a name has left, which no configuration file holds now.

    That may have been of another type or region.

    Raises:
        OAuthError: The tokens belong to another configuration file; nothing was deleted.
        MpError: The tokens cannot be deleted.
    """
    forget(context, account.name, None)
    discard_tokens(context, account.name, account)


def forget_beside(
    context: Context,
    name: str,
    account: Account | None,
    files_of: Iterable[str] = BESIDE_TOKENS,
) -> list[Path]:
    """Delete what is kept of a name beside its tokens; return what cannot be deleted."""
    return [path for file in files_of for path in _left(context, name, account, file)]


def discard_tokens(context: Context, name: str, account: Account | None) -> bool:
    """Empty the token slot, wherever it is, and return whether it held any.

    Raises:
        OAuthError: The tokens belong to somebody else.
        MpError: They cannot be deleted.
    """
    path = account_file(context, name, TOKENS)
    if path is not None:
        binding_of(context, name, account).check(path)
    had_any = account is not None and context.host.stores_tokens(account)
    had_any = had_any and account is not None and context.vault.discard(account)
    # The file goes, whatever is wrong with the account.
    return (path is not None and files.delete(path)) or had_any


def refuse_foreign(context: Context, account: Account) -> None:
    """Raise if what is stored for an account belongs to somebody else.

    Raises:
        OAuthError: It does.
    """
    try:
        context.vault.peek(account)
    except MpError as error:
        if error.code == FOREIGN:
            raise


def delete_file(context: Context, name: str, account: Account | None, file: str) -> bool:
    """Delete a file of an account's directory if it is the account's; return whether it was there.

    Raises:
        ConfigError: It cannot be deleted.
    """
    path = account_file(context, name, file)
    if path is None or not owns(context, name, account, path):
        return False
    return files.delete(path)


def owns(context: Context, name: str, account: Account | None, path: Path) -> bool:
    """Return whether a file beside the tokens is the account's; its owner always is."""
    binding = binding_of(context, name, account)
    is_owner = path.name == OWNER
    return (replace(binding, type=None, region=None) if is_owner else binding).owns(path)


def has_tokens(context: Context, account: Account | None) -> bool:
    """Return whether an account's slot still holds tokens, or cannot tell."""
    if account is None or not context.host_of(account).stores_tokens(account):
        return False
    try:
        return context.vault_of(account).peek(account) is not None
    except MpError:
        return True


def account_file(context: Context, name: str, file: str) -> Path | None:
    """Return a file of an account's directory; None without a root, or where the name leads away.

    No account that can be used has such a name, as `..` is one.
    """
    root = context.root
    if root is None or not re.fullmatch(NAME_PATTERN, name):
        return None
    return paths.account_dir(root, name) / file


def binding_of(context: Context, name: str, account: Account | None) -> Binding:
    """Return what the files of a name belong to, whether or not its account can be used."""
    return context.binding(account) if account else context.binding_of_name(name)


def _left(context: Context, name: str, account: Account | None, file: str) -> list[Path]:
    """Delete a file; return its path if it cannot be deleted."""
    try:
        delete_file(context, name, account, file)
    except ConfigError:
        path = account_file(context, name, file)
        return [path] if path else []
    return []
