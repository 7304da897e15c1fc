"""Logins in the keyring of the system: Secret Service, KWallet, macOS, Windows.

Nothing of the keyring is loaded before tokens are loaded, kept or deleted for the first time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mp_core.plugin import hookimpl

if TYPE_CHECKING:
    from mp_core.plugin import Account, OAuthTokens, TokenStore

__all__ = ["mp_delete_tokens", "mp_load_tokens", "mp_persist_tokens"]


@hookimpl(tryfirst=True)
def mp_load_tokens(account: Account, store: TokenStore) -> OAuthTokens | None:
    """Return what the keyring holds of a slot, or None."""
    from mp_store_keyring.entry import Entry
    from mp_store_keyring.texts import tokens_in

    text = Entry(store.key).read()
    return None if text is None else tokens_in(text, account)


@hookimpl(tryfirst=True)
def mp_persist_tokens(tokens: OAuthTokens, store: TokenStore) -> str:
    """Keep tokens with all that they say of themselves, and return in which keyring."""
    from mp_store_keyring.entry import Entry
    from mp_store_keyring.texts import text_of

    return Entry(store.key).write(text_of(tokens))


@hookimpl(tryfirst=True)
def mp_delete_tokens(store: TokenStore) -> bool:
    """Empty a slot and return whether the keyring held anything of it."""
    from mp_store_keyring.entry import Entry

    return Entry(store.key).remove()
