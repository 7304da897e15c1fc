"""The hooks about accounts themselves: may there be one, how is it, and how does it travel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mp_core.errors import ConfigError, MpError, ProviderError, ProviderFailedError
from mp_core.plugin._host.blame import without
from mp_core.plugin._host.calls import Calls, is_no_answer
from mp_core.plugin._host.resolvers import bound
from mp_core.plugin._host.secrets import secrets_among
from mp_core.plugin._host.vetoes import Veto, stick
from mp_core.plugin._secret import check_secrets
from mp_core.plugin.hooks import Stage

if TYPE_CHECKING:
    from mp_core.plugin.account import Account
    from mp_core.plugin.tokens import BasicTokenResolver, OAuthTokens

_POLICY: Final = "mp_validate_account"
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
        self.admit(account, stage)

    def has_policy(self, account: Account) -> bool:
        """Return whether anybody has a say in whether an account may be used.

        Raises:
            ProviderError: The provider or an extension is missing or does not load.
        """
        return bool(self._hooks.implementers(_POLICY, account.type))

    def admit(self, account: Account, stage: Stage) -> None:
        """Let provider and extensions veto an account, if any of them has a say in it.

        A policy that cannot say no can say nothing: one with a defect keeps every account out.

        Raises:
            ConfigError: One of them refused it.
            ProviderError: One of them is missing, or fails in another way.
        """
        if not self.has_policy(account):
            return
        try:
            said = self._hooks.about(_POLICY, account, stage=stage)
        except ProviderError:
            raise
        except MpError as error:
            self._refused(account, stage, error)
            raise
        if any(map(is_no_answer, said or ())):  # A wrapper may return nothing.
            raise self._undecided(account)

    def _refused(self, account: Account, stage: Stage, error: MpError) -> None:
        """Stick to a veto whose it is; what else of ours a policy raises is a defect of it."""
        culprit = self._hooks.culprit(_POLICY, account.type, error)
        why = without([*secrets_among(account)], error.message)
        if not isinstance(error, ConfigError):
            self._hooks.blame(culprit, account.type, f"{_POLICY} raised {type(error).__name__}")
        stick(error, Veto(account.name, account.type, account.region, culprit.name, why, stage))

    def _undecided(self, account: Account) -> ProviderFailedError:
        asked = [name for _, name in self._hooks.implementers(_POLICY, account.type)]
        return ProviderFailedError(
            f"Account {account.name!r} is refused: {_POLICY} of {' or '.join(asked)} returned False"
            " or what nobody awaits, which is neither yes nor no.",
            hint="Report this to its author: a policy raises ConfigError, or returns nothing.",
            details={"type": account.type, "account": account.name, "extensions": asked},
        )

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
