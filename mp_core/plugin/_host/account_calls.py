"""The hooks about accounts themselves: may there be one, how is it, and how does it travel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mp_core.plugin._host.calls import Calls
from mp_core.plugin._host.resolvers import bound
from mp_core.plugin._secret import check_secrets
from mp_core.plugin.hooks import Stage

if TYPE_CHECKING:
    from mp_core.plugin.account import Account
    from mp_core.plugin.tokens import BasicTokenResolver, OAuthTokens

_STATUSES: Final = ("ok", "needs_login", "needs_token", "untested")


class AccountCalls(Calls):
    """Policies, statuses and bridges."""

    def validate(self, account: Account, stage: Stage) -> None:
        """Let provider and extensions veto an account, whose secrets are checked as they come in.

        Raises:
            ConfigError: One of them refused it, or a secret is none.
        """
        if stage != "load":
            check_secrets(account)
        self._hooks.about("mp_validate_account", account, stage=stage)

    def status(self, account: Account, tokens: OAuthTokens | None) -> str | None:
        """Return the provider's own view of the account's status, or None."""
        status: str | None = self._hooks.about("mp_account_status", account, tokens=tokens)
        if status is None or status in _STATUSES:
            return status
        self._hooks.fail(account.type, f"mp_account_status returned none of {', '.join(_STATUSES)}")

    def export_bridge(
        self, account: Account, tokens: OAuthTokens | None, token_resolver: BasicTokenResolver
    ) -> tuple[Mapping[str, Any], Mapping[str, Any] | None] | None:
        """Return the provider's own record and tokens for a bridge, or None for the usual ones."""
        resolver = bound(token_resolver, account)
        match self._hooks.about(
            "mp_export_bridge", account, tokens=tokens, token_resolver=resolver
        ):
            case None:
                return None
            case (Mapping() as record, Mapping() | None as carried):
                return record, carried
        self._hooks.fail(account.type, "mp_export_bridge returned no pair of mappings")
