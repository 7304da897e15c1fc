"""Which token went into a proof: a refusal is of that very one, wherever the proof shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import SecretStr

    from mp_core.plugin.account import Account
    from mp_core.plugin.tokens import TokenResolver


class HandedTokens:
    """A token resolver that remembers what it handed out.

    Attributes:
        last: The last token, or None when nobody has asked for any.

    Args:
        resolver: Finds the tokens.
    """

    def __init__(self, resolver: TokenResolver) -> None:
        self._resolver = resolver
        self.last: SecretStr | None = None

    def get_browser_token(self, name: str, region: str) -> str:
        return self._noted(self._resolver.get_browser_token(name, region))

    def get_static_token(self, account: Account) -> str:
        return self._noted(self._resolver.get_static_token(account))

    def get_token(self, account: Account) -> str:
        return self._noted(self._resolver.get_token(account))

    def _noted(self, token: str) -> str:
        from pydantic import SecretStr

        self.last = SecretStr(token)
        return token
