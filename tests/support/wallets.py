"""Stores that keep text, as a keyring does, for providers that would leave tokens to the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from mp_core.plugin.account import Account
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.tokens import OAuthTokens, TokenStore
from tests.support.rotating_provider import Server
from tests.support.sandbox_accounts import Desk

Naming = Callable[[Account, TokenStore], str]


def by_key(account: Account, store: TokenStore) -> str:
    """What a store goes by that tells slots apart."""
    return store.key


def by_name(account: Account, store: TokenStore) -> str:
    """What a store of contract 1.0 goes by."""
    return account.name


@dataclass(eq=False)
class Wallet:
    """The store.

    Attributes:
        goes_by: What it keeps a slot's tokens under.
        kept: What it keeps.
    """

    goes_by: Naming = by_key
    kept: dict[str, str] = field(default_factory=dict)

    @hookimpl
    def mp_load_tokens(self, account: Account, store: TokenStore) -> OAuthTokens | None:
        text = self.kept.get(self.goes_by(account, store))
        return OAuthTokens.model_validate_json(text) if text else None

    @hookimpl
    def mp_persist_tokens(self, account: Account, tokens: OAuthTokens, store: TokenStore) -> str:
        self.kept[self.goes_by(account, store)] = json.dumps(tokens.reveal())
        return "the wallet"

    @hookimpl
    def mp_delete_tokens(self, account: Account, store: TokenStore) -> bool:
        return self.kept.pop(self.goes_by(account, store), None) is not None


@dataclass(eq=False)
class WalletServer(Wallet, Server):
    """A provider whose refresh tokens rotate, with such a store."""


@dataclass(eq=False)
class WalletDesk(Wallet, Desk):
    """A counter that issues passes, with such a store."""
