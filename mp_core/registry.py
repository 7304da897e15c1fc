"""The plugin host: the only caller of hooks.

Calls about an account reach its type's provider, the extensions that are switched on and the
core's defaults, never another provider.
"""

from __future__ import annotations

import functools
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pluggy

from mp_core import env as variables
from mp_core.env import Environ
from mp_core.errors import ConfigError, CredentialWarning, MpError, ProviderFailedError
from mp_core.hookspecs import (
    EXTENSIONS,
    PROVIDERS,
    EnvAccount,
    Stage,
    hookimpl,
)
from mp_core.installation import Installed, install_command, installed
from mp_core.loading import Announced, Loader, ProviderFailure, one_line

if TYPE_CHECKING:
    import httpx

    from mp_core.models import Account
    from mp_core.tokens import OAuthTokens, TokenResolver, TokenStore


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


class Registry:
    """The plugins that an environment allows, loaded when needed."""

    def __init__(self, env: Environ, *, scan: Callable[[], Announced] = installed) -> None:
        """Take the allow-list from the environment mapping; nothing is scanned or loaded yet."""
        self._loader = Loader(_Defaults(), env, scan=scan)
        self._extensions: frozenset[str] = frozenset()
        self._callers: dict[tuple[str, str, int], pluggy.HookCaller] = {}
        self._lock = threading.RLock()

    def types(self) -> list[str]:
        """Return the account types that are installed and allowed, sorted, importing nothing."""
        return self._loader.names(PROVIDERS)

    def model(self, type_: str) -> type[Account]:
        """Return the pydantic class of an account type.

        Raises:
            ProviderNotInstalledError: Nothing that is installed and allowed provides the type.
            ProviderConflictError: Two distributions claim it.
            ProviderFailedError: Its provider does not load, or the class does not fit.
        """
        self._loader.plugin(PROVIDERS, type_)
        return self._loader.models[type_]

    def announced(self, type_: str) -> Installed:
        """Return which distribution provides an account type, importing nothing."""
        return self._loader.announced(PROVIDERS, type_)

    def failure(self, type_: str) -> ProviderFailure | None:
        """Return why the provider of a type did not load, or None when it did or was not tried."""
        return self._loader.failure(PROVIDERS, type_)

    def enable_extensions(self, names: Sequence[str]) -> None:
        """Switch on the extensions that the configuration names; they load with the next call."""
        if self._extensions.issuperset(names):
            return
        with self._lock:
            self._extensions |= frozenset(names)
            self._callers = {}

    def auth_header(self, account: Account, token_resolver: TokenResolver) -> str:
        """Return the account's `Authorization` header.

        Raises:
            OAuthError: The token it needs cannot be had.
            ProviderError: The provider is missing or failed.
        """
        header = self._call("mp_auth_header", account, token_resolver=token_resolver)
        if isinstance(header, str) and header and header.isascii() and header.isprintable():
            return header
        self._fail(account.type, "mp_auth_header returned no valid header value")

    def validate(self, account: Account, stage: Stage) -> None:
        """Let provider and extensions veto an account.

        Raises:
            ConfigError: One of them refused it.
        """
        self._call("mp_validate_account", account, stage=stage)

    def has_login(self, account: Account) -> bool:
        """Return whether the account's type has an interactive login."""
        return bool(self._caller("mp_login", account.type).get_hookimpls())

    def can_refresh(self, account: Account) -> bool:
        """Return whether the account's type can trade a refresh token for new tokens."""
        return bool(self._caller("mp_refresh_tokens", account.type).get_hookimpls())

    def stores_tokens(self, account: Account) -> bool:
        """Return whether accounts of this type have tokens apart from their fields."""
        return self.has_login(account) or self.can_refresh(account)

    def login(self, account: Account, flow: Any) -> OAuthTokens | None:
        """Run the type's login; None when it has none."""
        return self._tokens("mp_login", account, flow=flow)

    def refresh_tokens(
        self, account: Account, tokens: OAuthTokens, http: httpx.Client
    ) -> OAuthTokens | None:
        """Ask for new tokens; None when the type cannot refresh."""
        return self._tokens("mp_refresh_tokens", account, tokens=tokens, http=http)

    def revoke_tokens(self, account: Account, tokens: OAuthTokens, http: httpx.Client) -> bool:
        """Revoke tokens at the server; False when that is not possible or did not work."""
        return bool(self._call("mp_revoke_tokens", account, tokens=tokens, http=http))

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
        return str(self._call("mp_persist_tokens", account, tokens=tokens, store=store))

    def delete_tokens(self, account: Account, store: TokenStore) -> bool:
        """Delete stored tokens and return whether there were any."""
        return bool(self._call("mp_delete_tokens", account, store=store))

    def status(self, account: Account, tokens: OAuthTokens | None) -> str | None:
        """Return the provider's own view of the account's status, or None."""
        status: str | None = self._call("mp_account_status", account, tokens=tokens)
        if status is None or status in _STATUSES:
            return status
        self._fail(account.type, f"mp_account_status returned none of {', '.join(_STATUSES)}")

    def export_bridge(
        self, account: Account, tokens: OAuthTokens | None, token_resolver: TokenResolver
    ) -> tuple[Mapping[str, Any], Mapping[str, Any] | None] | None:
        """Return the provider's own record and tokens for a bridge, or None for the usual ones."""
        exported: tuple[Mapping[str, Any], Mapping[str, Any] | None] | None = self._call(
            "mp_export_bridge", account, tokens=tokens, token_resolver=token_resolver
        )
        return exported

    def accounts_from_env(self, env: Environ) -> list[EnvAccount]:
        """Return what each provider finds in the environment, the best rank first.

        A provider that does not load finds nothing; its failure stays on record. One that fails
        while it looks finds nothing either, with a warning. An account that a plugin refuses is
        reported with the refusal as its error.

        Raises:
            ConfigError: An extension that is switched on is missing, or a provider refuses what
                it finds.
        """
        self._load_extensions()
        found = [self._account_from_env(type_, env) for type_ in self.types()]
        return sorted(filter(None, found), key=lambda report: report.rank)

    def _account_from_env(self, type_: str, env: Environ) -> EnvAccount | None:
        try:
            caller = self._caller("mp_account_from_env", type_)
        except ConfigError:
            return None
        try:
            report = self._guard(caller, type_, env=env)
            if report is None or isinstance(report, EnvAccount):
                return self._vetted(report)
            self._fail(type_, "mp_account_from_env returned something else than an EnvAccount")
        except ProviderFailedError as error:
            warnings.warn(
                f"{error.message} What the environment may hold for it was skipped.",
                CredentialWarning,
                stacklevel=2,
            )
            return None

    def _vetted(self, report: EnvAccount | None) -> EnvAccount | None:
        if report is None or report.account is None:
            return report
        try:
            self.validate(report.account, "env")
        except ConfigError as error:
            return replace(report, account=None, error=error)
        return report

    def _tokens(self, hook: str, account: Account, **arguments: Any) -> OAuthTokens | None:
        tokens = self._call(hook, account, **arguments)
        if tokens is None or hasattr(tokens, "is_expired"):
            checked: OAuthTokens | None = tokens
            return checked
        self._fail(account.type, f"{hook} returned something else than OAuthTokens")

    def _call(self, hook: str, account: Account, **arguments: Any) -> Any:
        caller = self._caller(hook, account.type)
        return self._guard(caller, account.type, account=account, **arguments)

    def _caller(self, hook: str, type_: str) -> pluggy.HookCaller:
        """Return the hook as one account type sees it, remembered until another plugin loads."""
        key = hook, type_, self._loader.generation
        return self._callers.get(key) or self._new_caller(hook, type_)

    def _new_caller(self, hook: str, type_: str) -> pluggy.HookCaller:
        with self._lock:
            self._loader.plugin(PROVIDERS, type_)
            self._load_extensions()
            generation = self._loader.generation
            caller = self._loader.caller(hook, type_)
            self._callers[hook, type_, generation] = caller
            return caller

    def _load_extensions(self) -> None:
        for name in sorted(self._extensions):
            self._loader.plugin(EXTENSIONS, name)

    def _guard(self, caller: pluggy.HookCaller, type_: str, /, **arguments: Any) -> Any:
        """Call, and turn what a defective plugin raises into an error without its context."""
        try:
            return caller(**arguments)
        except MpError:
            raise
        except (Exception, SystemExit) as error:
            culprit = _culprit(caller, error.__traceback__)
            cause = _cause(error, arguments)
        self._fail(type_, f"{caller.name} raised {cause}", culprit)

    def _fail(self, type_: str, cause: str, culprit: str | None = None) -> NoReturn:
        group, _, name = (culprit or f"{PROVIDERS}:{type_}").partition(":")
        plugin = self._loader.announced(group, name)
        raise ProviderFailedError(
            f"The plugin {name} of {plugin}, which serves {type_} accounts, failed: {cause}.",
            hint=f"Report this to its author, or update it: {install_command(plugin.distribution)}",
            details={"type": type_, "distribution": plugin.distribution},
        )


@functools.lru_cache(maxsize=8)
def _registry(allowed: str | None) -> Registry:
    return Registry({} if allowed is None else {variables.PLUGINS: allowed})


def registry_for(env: Environ) -> Registry:
    """Return the process's registry for what this environment allows."""
    return _registry(env.get(variables.PLUGINS))


def default_registry() -> Registry:
    """Return the registry of the process's own environment."""
    return registry_for(os.environ)


def _culprit(caller: pluggy.HookCaller, traceback: TracebackType | None) -> str | None:
    """Return the name under which the plugin is registered whose hook was running."""
    running = set(_codes(traceback))
    for implementation in caller.get_hookimpls():
        if getattr(implementation.function, "__code__", None) in running:
            name = implementation.plugin_name
            return name if ":" in name else None
    return None


def _codes(traceback: TracebackType | None) -> Iterator[CodeType]:
    while traceback is not None:
        yield traceback.tb_frame.f_code
        traceback = traceback.tb_next


def _cause(error: BaseException, arguments: Mapping[str, Any]) -> str:
    """Return what a hook raised, without the secrets that it was given.

    Any value of an environment may be one, so that its hook is told by the exception's type alone.
    """
    if "env" in arguments:
        return type(error).__name__
    given = (arguments.get("account"), arguments.get("tokens"))
    return one_line(error, [secret for values in given for secret in _secrets_among(values)])


def _secrets_among(values: Any) -> list[str]:
    """Return the secrets among a model's fields, in clear, to strike them out of a message."""
    fields = [value for _, value in values or ()]
    return [value.get_secret_value() for value in fields if hasattr(value, "get_secret_value")]
