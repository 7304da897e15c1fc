"""Token resolvers as one account's provider is handed them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mp_core.plugin._host.handed_tokens import HandedTokens

if TYPE_CHECKING:
    from mp_core.plugin.account import Account
    from mp_core.plugin.tokens import BasicTokenResolver, TokenResolver


def bound(resolver: BasicTokenResolver, account: Account) -> HandedTokens:
    """Return a resolver that knows which account it is asked for, if it wants to know.

    What it hands out it remembers, so that no error of a plugin repeats that.

    A provider of contract 1.0 asks by name and region, which a local account, one of a bridge and
    one of another configuration may share.
    """
    if isinstance(resolver, HandedTokens):
        return resolver
    bind = getattr(resolver, "for_account", None)
    return HandedTokens(_whole(resolver) if bind is None else bind(account))


def _whole(resolver: BasicTokenResolver) -> TokenResolver:
    whole: TokenResolver = resolver if hasattr(resolver, "get_token") else _Completed(resolver)  # type: ignore[assignment]
    return whole


@dataclass(frozen=True, slots=True)
class _Completed:
    """A user's own resolver of names, which answers for accounts, too."""

    resolver: BasicTokenResolver

    def get_browser_token(self, name: str, region: str) -> str:
        return self.resolver.get_browser_token(name, region)

    def get_static_token(self, account: Account) -> str:
        return self.resolver.get_static_token(account)

    def get_token(self, account: Account) -> str:
        return self.resolver.get_browser_token(account.name, account.region)
