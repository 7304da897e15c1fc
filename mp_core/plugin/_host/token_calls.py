"""The hooks about tokens: how they are had, and where they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mp_core.errors import ConfigError, MpError
from mp_core.plugin._host.calls import Calls
from mp_core.plugin.hooks import hookimpl

if TYPE_CHECKING:
    import httpx
    import pluggy

    from mp_core.plugin.account import Account
    from mp_core.plugin.tokens import OAuthTokens, TokenStore


class Defaults:
    """What happens to tokens when neither provider nor extension keeps them."""

    @hookimpl(trylast=True)
    def mp_load_tokens(self, store: TokenStore) -> OAuthTokens | None:
        return store.load()

    @hookimpl(trylast=True)
    def mp_persist_tokens(self, tokens: OAuthTokens, store: TokenStore) -> str:
        return store.save(tokens)

    @hookimpl(trylast=True)
    def mp_delete_tokens(self, store: TokenStore) -> bool:
        return store.delete()


def _name(hook: pluggy.HookImpl) -> str:
    return hook.plugin_name.rpartition(":")[2]


class TokenCalls(Calls):
    """Logging in, refreshing, fetching and revoking tokens, and keeping them."""

    def has_login(self, account: Account) -> bool:
        """Return whether the account's type has an interactive login."""
        return self._hooks.provides("mp_login", account.type)

    def logs_in(self, type_: str) -> bool:
        """Return whether a type has an interactive login; False for one that does not load."""
        try:
            return self._hooks.provides("mp_login", type_)
        except ConfigError:
            return False

    def can_refresh(self, account: Account) -> bool:
        """Return whether the account's type can trade a refresh token for new tokens."""
        return self._hooks.provides("mp_refresh_tokens", account.type)

    def can_fetch(self, account: Account) -> bool:
        """Return whether the account's type gets its tokens without a person."""
        return self._hooks.provides("mp_fetch_tokens", account.type)

    def stores_tokens(self, account: Account) -> bool:
        """Return whether accounts of this type have tokens apart from their fields."""
        return self.has_login(account) or self.can_refresh(account) or self.can_fetch(account)

    def login(self, account: Account, flow: Any) -> OAuthTokens | None:
        """Run the type's login; None when it has none."""
        return self._tokens("mp_login", account, flow=flow)

    def refresh_tokens(
        self, account: Account, tokens: OAuthTokens, http: httpx.Client
    ) -> OAuthTokens | None:
        """Ask for new tokens; None when the type cannot refresh."""
        return self._tokens("mp_refresh_tokens", account, tokens=tokens, http=http)

    def fetch_tokens(self, account: Account, http: httpx.Client) -> OAuthTokens | None:
        """Ask for tokens without a person; None when the type cannot."""
        return self._tokens("mp_fetch_tokens", account, http=http)

    def revoke_tokens(self, account: Account, tokens: OAuthTokens, http: httpx.Client) -> bool:
        """Revoke tokens at the server; False when that is not possible or did not work."""
        return bool(self._hooks.about("mp_revoke_tokens", account, tokens=tokens, http=http))

    def try_revoke(self, account: Account, tokens: OAuthTokens, http: httpx.Client) -> bool:
        """Revoke tokens if that can be done; a failure is an answer, not an error."""
        try:
            return self.revoke_tokens(account, tokens, http)
        except MpError:
            return False

    def load_tokens(self, account: Account, store: TokenStore) -> OAuthTokens | None:
        """Return the stored tokens, or None."""
        return self._tokens("mp_load_tokens", account, store=store)

    def persist_tokens(self, account: Account, tokens: OAuthTokens, store: TokenStore) -> str:
        """Store tokens and return where they are now."""
        return str(self._hooks.about("mp_persist_tokens", account, tokens=tokens, store=store))

    def keeps_in_file(self, account: Account) -> bool:
        """Return whether no plugin keeps the account's tokens, so that the core's file does."""
        return not self.stores(account)

    def stores(self, account: Account) -> list[str]:
        """Return the names of the plugins that keep the account's tokens instead of the file."""
        found = self._hooks.implementations("mp_persist_tokens", account.type)
        return sorted(_name(hook) for hook in found if not isinstance(hook.plugin, Defaults))

    def delete_tokens(self, account: Account, store: TokenStore) -> bool:
        """Delete stored tokens and return whether there were any."""
        return any(self._hooks.about("mp_delete_tokens", account, store=store))

    def _tokens(self, hook: str, account: Account, **arguments: Any) -> OAuthTokens | None:
        tokens = self._hooks.about(hook, account, **arguments)
        if tokens is None or hasattr(tokens, "is_expired"):
            checked: OAuthTokens | None = tokens
            return checked
        self._hooks.fail(account.type, f"{hook} returned something else than OAuthTokens")
