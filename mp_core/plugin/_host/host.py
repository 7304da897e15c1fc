"""The plugin host: every hook as a method with checked answers."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from mp_core import _env as variables
from mp_core._env import Environ
from mp_core._warning import warn
from mp_core.errors import ConfigError, MpError, ProviderFailedError
from mp_core.plugin._host.discovery import installed
from mp_core.plugin._host.loading import Announced, Loader
from mp_core.plugin._host.plugin_set import PluginSet
from mp_core.plugin._host.resolvers import bound
from mp_core.plugin._host.routing import Router
from mp_core.plugin._secret import check_secrets
from mp_core.plugin.environment import EnvAccount
from mp_core.plugin.hooks import PROVIDERS, Stage, hookimpl

if TYPE_CHECKING:
    import httpx

    from mp_core.plugin.account import Account
    from mp_core.plugin.tokens import BasicTokenResolver, OAuthTokens, TokenStore


_HEADER: Final = re.compile("[!-~](?:[ -~]*[!-~])?")
"""The value of a header: printable ASCII, without blanks around it (RFC 9110 §5.5)."""
_STATUSES: Final = ("ok", "needs_login", "needs_token", "untested")


class _Defaults:
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


class Host:
    """One set of plugins, loaded when needed.

    A process has a host for every set. What one switches on is not on in another, though a plugin
    that both have is loaded once.

    Attributes:
        plugins: The set: what is allowed, and which extensions are on.
        loader: The plugins themselves, and what became of them.
    """

    def __init__(self, env: Environ, *, scan: Callable[[], Announced] = installed) -> None:
        """Take the allow-list from the environment mapping; nothing is scanned or loaded yet.

        No extension is on: see `with_extensions`.
        """
        allowed = variables.allowed_plugins(env)
        plugins = PluginSet(None if allowed is None else tuple(sorted(allowed)))
        self._begin(plugins, Loader(_Defaults(), plugins.allowed, scan=scan), {})

    def _begin(self, plugins: PluginSet, loader: Loader, relatives: dict[PluginSet, Host]) -> None:
        self.plugins = plugins
        self.loader = loader
        self._hooks = Router(loader, plugins.extensions)
        self._relatives = relatives
        relatives.setdefault(plugins, self)

    def with_extensions(self, names: Iterable[str]) -> Host:
        """Return the host with these extensions instead; they load when it is called."""
        return self._relative(self.plugins.with_extensions(names))

    def of(self, plugins: PluginSet) -> Host:
        """Return the host of a set from elsewhere, of which only what is allowed here may load."""
        return self._relative(plugins.within(self.plugins))

    def _relative(self, plugins: PluginSet) -> Host:
        return self._relatives.get(plugins) or self._made(plugins)

    def _made(self, plugins: PluginSet) -> Host:
        made, loader = Host.__new__(Host), self.loader
        if plugins.allowed != self.plugins.allowed:
            loader = Loader(_Defaults(), plugins.allowed, scan=loader.scan)
        made._begin(plugins, loader, self._relatives)
        return self._relatives[plugins]  # That of another thread, if it was faster.

    def types(self) -> list[str]:
        """Return the account types that are installed and allowed, sorted, importing nothing."""
        return self.loader.names(PROVIDERS)

    def model(self, type_: str) -> type[Account]:
        """Return the pydantic class of an account type.

        Raises:
            ProviderNotInstalledError: Nothing that is installed and allowed provides the type.
            ProviderConflictError: Two distributions claim it.
            ProviderFailedError: Its provider does not load, or the class does not fit.
        """
        self.loader.plugin(PROVIDERS, type_)
        return self.loader.models[type_]

    def auth_header(self, account: Account, token_resolver: BasicTokenResolver) -> str:
        """Return the account's `Authorization` header.

        Raises:
            OAuthError: The token it needs cannot be had.
            ProviderError: The provider is missing or failed.
        """
        resolver = bound(token_resolver, account)
        header = self._hooks.about("mp_auth_header", account, token_resolver=resolver)
        if isinstance(header, str) and _HEADER.fullmatch(header):
            return header
        self._hooks.fail(account.type, "mp_auth_header returned no valid header value")

    def validate(self, account: Account, stage: Stage) -> None:
        """Let provider and extensions veto an account, whose secrets are checked as they come in.

        Raises:
            ConfigError: One of them refused it, or a secret is none.
        """
        if stage != "load":
            check_secrets(account)
        self._hooks.about("mp_validate_account", account, stage=stage)

    def has_login(self, account: Account) -> bool:
        """Return whether the account's type has an interactive login."""
        return bool(self._hooks.caller("mp_login", account.type).get_hookimpls())

    def login_types(self) -> list[str]:
        """Return the account types that have an interactive login, of the providers that load."""
        return [type_ for type_ in self.types() if self._logs_in(type_)]

    def _logs_in(self, type_: str) -> bool:
        try:
            return bool(self._hooks.caller("mp_login", type_).get_hookimpls())
        except ConfigError:
            return False

    def can_refresh(self, account: Account) -> bool:
        """Return whether the account's type can trade a refresh token for new tokens."""
        return bool(self._hooks.caller("mp_refresh_tokens", account.type).get_hookimpls())

    def can_fetch(self, account: Account) -> bool:
        """Return whether the account's type gets its tokens without a person."""
        return bool(self._hooks.caller("mp_fetch_tokens", account.type).get_hookimpls())

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
        hooks = self._hooks.caller("mp_persist_tokens", account.type).get_hookimpls()
        return all(isinstance(hook.plugin, _Defaults) for hook in hooks)

    def delete_tokens(self, account: Account, store: TokenStore) -> bool:
        """Delete stored tokens and return whether there were any."""
        return any(self._hooks.about("mp_delete_tokens", account, store=store))

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

    def accounts_from_env(self, env: Environ) -> list[EnvAccount]:
        """Return what each provider finds in the environment, the best rank first.

        A provider that does not load finds nothing; its failure stays on record. One that fails
        while it looks finds nothing either, with a warning. An account that a plugin refuses is
        reported with the refusal as its error.

        Raises:
            ConfigError: An extension that is switched on is missing, or a provider refuses what
                it finds.
        """
        self._hooks.load_extensions()
        read = variables.Readings(env)
        found = [self._account_from_env(type_, read) for type_ in self.types()]
        return sorted(filter(None, found), key=lambda report: report.rank)

    def _account_from_env(self, type_: str, env: Environ) -> EnvAccount | None:
        try:
            caller = self._hooks.caller("mp_account_from_env", type_)
        except ConfigError:
            return None
        try:
            report = self._hooks.guarded(caller, type_, env=env)
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

    def _tokens(self, hook: str, account: Account, **arguments: Any) -> OAuthTokens | None:
        tokens = self._hooks.about(hook, account, **arguments)
        if tokens is None or hasattr(tokens, "is_expired"):
            checked: OAuthTokens | None = tokens
            return checked
        self._hooks.fail(account.type, f"{hook} returned something else than OAuthTokens")


@functools.lru_cache(maxsize=8)
def _host(allowed: str | None, process: int) -> Host:
    return Host({} if allowed is None else {variables.PLUGINS: allowed})


def host_for(env: Environ) -> Host:
    """Return the process's host for what this environment allows.

    A forked child starts anew: another thread of its parent may have been loading a plugin.
    """
    return _host(env.get(variables.PLUGINS), os.getpid())


def default_host() -> Host:
    """Return the host of the process's own environment, without the extensions of a file."""
    return host_for(os.environ)
