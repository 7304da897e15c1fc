"""The hook about the environment: what each provider finds in it."""

from __future__ import annotations

from mp_core import _env as variables
from mp_core._env import Environ
from mp_core._warning import warn
from mp_core.errors import ConfigError, ProviderError, ProviderFailedError
from mp_core.plugin._host.account_calls import AccountCalls
from mp_core.plugin.environment import EnvAccount, unasked
from mp_core.plugin.hooks import PROVIDERS


class EnvironmentCalls(AccountCalls):
    """Identities in the environment."""

    def accounts_from_env(self, env: Environ) -> list[EnvAccount]:
        """Return what each provider finds in the environment, the best rank first.

        A provider that announces its variables (`mp_core.plugin.hooks.ENVIRONMENT`) is loaded only
        where one of them is set; otherwise its identity is reported as missing them.
        A provider that does not load finds nothing; its failure stays on record. One that fails
        while it looks finds nothing either, with a warning. An account that a plugin refuses is
        reported with the refusal as its error.

        Raises:
            ConfigError: An extension that is switched on is missing, or a provider refuses what
                it finds.
        """
        self._hooks.load_extensions()
        read = variables.Readings(env)
        asks_all = self._is_taken_over()
        found = [self._reported(type_, read, asks_all) for type_ in self.types()]
        return sorted(filter(None, found), key=lambda report: report.rank)

    def _reported(self, type_: str, env: Environ, asks_all: bool) -> EnvAccount | None:
        announced = self._variables_of(type_)
        if asks_all or announced is None or any(name in env for name in announced):
            return self.account_from_env(type_, env)
        return unasked(announced, env) if announced else None

    def _variables_of(self, type_: str) -> tuple[str, ...] | None:
        """Return the variables that a provider announces; None where it has to be asked."""
        try:
            return self.loader.announced(PROVIDERS, type_).variables
        except ProviderError:
            return None

    def _is_taken_over(self) -> bool:
        """Return whether an extension finds identities, in the place of providers of any type."""
        return bool(self._hooks.extensions_with("mp_account_from_env"))

    def account_from_env(self, type_: str, env: Environ) -> EnvAccount | None:
        """Return what one provider finds in the environment, whichever variables it announces."""
        try:
            caller = self._hooks.caller("mp_account_from_env", type_)
        except ConfigError:
            return None
        try:
            report = self._hooks.guarded(caller, type_, env=variables.Readings(env))
            if report is None or isinstance(report, EnvAccount):
                return self._vetted(report)
            self._hooks.fail(
                type_, "mp_account_from_env returned something else than an EnvAccount"
            )
        except ProviderFailedError as error:
            warn(
                f"{error.message} What the environment may hold for it was skipped.",
                stacklevel=2,
            )
            return None

    def _vetted(self, report: EnvAccount | None) -> EnvAccount | None:
        if report is None or report.account is None:
            return report
        try:
            self.validate(report.account, "env")
        except ConfigError as error:
            return report._replace(account=None, error=error)
        return report._replace(account=report.account.served_by(self.plugins))
