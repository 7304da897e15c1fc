"""The hooks as an account type sees them, guarded against what a plugin does.

A call about an account reaches its type's provider, the extensions that are switched on and the
core's defaults, never another provider.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import pluggy

from mp_core.errors import (
    AuthenticationError,
    ConfigError,
    MpError,
    ProviderError,
    ProviderFailedError,
)
from mp_core.plugin._host.blame import frames, is_passed_on, one_line
from mp_core.plugin._host.discovery import Installed
from mp_core.plugin._host.installers import way_to_update
from mp_core.plugin._host.loading import Key, Loader
from mp_core.plugin._host.plain import plain
from mp_core.plugin._host.plugin_set import PluginSet
from mp_core.plugin._host.secrets import secrets_among
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS

if TYPE_CHECKING:
    from mp_core.plugin.account import Account

_SHORTEST: Final = 8
"""A value of a header that is shorter is none that anybody could not guess."""

_Error = TypeVar("_Error", bound=MpError)


class Router:
    """The hooks of the loaded plugins, as each account type sees them."""

    def __init__(self, loader: Loader, plugins: PluginSet) -> None:
        """Take the plugins and which of them are on; nothing is loaded before the first call."""
        self._loader = loader
        self._plugins = plugins
        self._extensions = plugins.extensions
        self._callers: dict[tuple[str, str, int], pluggy.HookCaller] = {}
        self._implementers: dict[tuple[str, str, int], tuple[Key, ...]] = {}
        self._provided: dict[tuple[str, str, int], bool] = {}
        self._lock = threading.RLock()

    def load_extensions(self) -> None:
        """Load the extensions that are switched on.

        Raises:
            ProviderError: One is missing or does not load.
        """
        for name in self._extensions:
            self._load(EXTENSIONS, name)

    def _load(self, group: str, name: str) -> None:
        """Load a plugin; one that was registered elsewhere has to be registered here, too."""
        key = group, name
        if key in self._plugins.registered and not self._loader.is_registered(key):
            from mp_core.plugin._host.absence import left_behind

            raise left_behind(group, name)
        self._loader.plugin(group, name)

    def about(self, hook: str, account: Account, **arguments: Any) -> Any:
        """Call a hook about an account and return what it returns.

        Raises:
            ProviderError: The provider or an extension is missing or failed.
        """
        return self.guarded(
            self.caller(hook, account.type), account.type, account=account, **arguments
        )

    def caller(self, hook: str, type_: str) -> pluggy.HookCaller:
        """Return the hook as one account type sees it, remembered until another plugin loads.

        Raises:
            ProviderError: The provider or an extension is missing or does not load.
        """
        key = hook, type_, self._loader.generation
        return self._callers.get(key) or self._new_caller(hook, type_)

    def provides(self, hook: str, type_: str) -> bool:
        """Return whether a type's provider itself implements a hook; wrappers do not count.

        Raises:
            ProviderError: The provider or an extension is missing or does not load.
        """
        key = hook, type_, self._loader.generation
        known = self._provided.get(key)
        if known is None:  # The key is made anew, since the provider may load now.
            known = bool(self._implementations(hook, type_, (PROVIDERS, type_)))
            self._provided[hook, type_, self._loader.generation] = known
        return known

    def own(self, hook: str, account: Account, **arguments: Any) -> Any:
        """Call a hook as a type's provider alone implements it; None where it does not."""
        if not self.provides(hook, account.type):
            return None
        return self._alone((PROVIDERS, account.type), hook, account, arguments)

    def of_extension(self, name: str, hook: str, account: Account, **arguments: Any) -> Any:
        """Call a hook as one extension alone implements it."""
        return self._alone((EXTENSIONS, name), hook, account, arguments)

    def extensions_with(self, hook: str) -> list[str]:
        """Return the extensions in force that implement a hook, by name."""
        names = sorted(self._extensions)
        return [name for name in names if self._has((EXTENSIONS, name), hook)]

    def _has(self, key: tuple[str, str], hook: str) -> bool:
        return not all(map(_is_wrapper, self.caller_of(hook, key).get_hookimpls()))

    def implementations(self, hook: str, type_: str) -> list[pluggy.HookImpl]:
        """Return who implements a hook for a type, the core's defaults included; no wrappers."""
        return [one for one in self.caller(hook, type_).get_hookimpls() if not _is_wrapper(one)]

    def plugins_with(self, hook: str, type_: str) -> list[object]:
        """Return the plugins that implement a hook for a type: its provider, and extensions."""
        return [found.plugin for found in self.caller(hook, type_).get_hookimpls()]

    def implementers(self, hook: str, type_: str) -> tuple[Key, ...]:
        """Return which plugins implement a hook for a type, wrappers too, the core apart.

        Where the type's provider is of no use, these are the extensions alone.

        Raises:
            ProviderError: An extension is missing or does not load.
        """
        key = hook, type_, self._loader.generation
        found = self._implementers.get(key)
        return self._new_implementers(hook, type_) if found is None else found

    def _new_implementers(self, hook: str, type_: str) -> tuple[Key, ...]:
        self.load_extensions()
        try:
            caller = self.caller(hook, type_)
        except ConfigError:
            caller = self._loader.caller(hook, "", self._extensions)
        found = tuple(filter(None, map(self._loader.key_of, caller.get_hookimpls())))
        self._implementers[hook, type_, self._loader.generation] = found
        return found

    def culprit(self, hook: str, type_: str, error: BaseException) -> Installed:
        """Return the plugin whose hook raised an error, by default the provider of the type."""
        return self._culprit(self.caller(hook, type_), error) or self._provider(type_)

    def _alone(
        self, key: tuple[str, str], hook: str, account: Account, arguments: Mapping[str, Any]
    ) -> Any:
        caller = self.caller_of(hook, key)
        return self.guarded(caller, account.type, account=account, **arguments)

    def caller_of(self, hook: str, key: tuple[str, str]) -> pluggy.HookCaller:
        """Return the hook as one plugin alone implements it, remembered likewise."""
        cached = hook, ":".join(key), self._loader.generation
        if cached not in self._callers:
            self._callers[cached] = self._loader.caller_of(hook, key)
        return self._callers[cached]

    def _implementations(
        self, hook: str, type_: str, key: tuple[str, str]
    ) -> list[pluggy.HookImpl]:
        found = self.implementations(hook, type_)
        return [one for one in found if self._loader.is_of(one, key)]

    def _new_caller(self, hook: str, type_: str) -> pluggy.HookCaller:
        with self._lock:
            self._load(PROVIDERS, type_)
            self.load_extensions()
            generation = self._loader.generation
            caller = self._loader.caller(hook, type_, self._extensions)
            self._callers[hook, type_, generation] = caller
            return caller

    def guarded(self, caller: pluggy.HookCaller, type_: str, /, **arguments: Any) -> Any:
        """Call, and turn what a defective plugin raises into an error without its context.

        Raises:
            ProviderFailedError: It raised something that is no error of this library.
        """
        try:
            return plain(caller(**arguments))
        except ProviderError:
            raise
        except (AuthenticationError, ConfigError) as error:
            made = self._completed(error, caller.name, type_, arguments)
            if made is error:
                raise
            raise made from error.__cause__
        except MpError:
            raise
        except BaseException as error:
            if is_passed_on(error):
                raise
            culprit = self._culprit(caller, error) or self._provider(type_)
            cause = _cause(error, culprit, arguments)
        self.blame(culprit, type_, f"{caller.name} raised {cause}")

    def _completed(
        self, error: _Error, hook: str, type_: str, arguments: Mapping[str, Any]
    ) -> _Error:
        from mp_core.plugin._host.completion import completed

        return completed(error, hook, arguments, lambda: self.provides("mp_login", type_))

    def fail(self, type_: str, cause: str, *, extension: str | None = None) -> NoReturn:
        """Blame the provider of a type, or an extension.

        Raises:
            ProviderFailedError: Always.
        """
        culprit = self._loader.announced(EXTENSIONS, extension) if extension else None
        self.blame(culprit or self._provider(type_), type_, cause)

    def _provider(self, type_: str) -> Installed:
        return self._loader.announced(PROVIDERS, type_)

    def _culprit(self, caller: pluggy.HookCaller, error: BaseException) -> Installed | None:
        """Return the plugin whose hook was running; None for a default of the core."""
        running = {frame.f_code for frame, _ in frames(error)}
        for implementation in caller.get_hookimpls():
            if getattr(implementation.function, "__code__", None) in running:
                group, _, name = implementation.plugin_name.partition(":")
                return self._loader.announced(group, name) if name else None
        return None

    def blame(self, plugin: Installed, type_: str, cause: str) -> NoReturn:
        """Blame a plugin.

        Raises:
            ProviderFailedError: Always.
        """
        raise ProviderFailedError(
            f"The plugin {plugin.title}, which serves {type_} accounts, failed: {cause}.",
            hint=f"Report this to its author. {way_to_update(plugin)}",
            details={"type": type_, "distribution": plugin.distribution},
        )


def _is_wrapper(implementation: pluggy.HookImpl) -> bool:
    return implementation.wrapper or implementation.hookwrapper


def _cause(error: BaseException, culprit: Installed, arguments: Mapping[str, Any]) -> str:
    """Return what a hook raised, without the secrets that it was given.

    Any value of an environment may be one, so that its hook is told by the exception's type alone.
    """
    if "env" in arguments:
        return type(error).__name__
    given = (arguments.get("account"), arguments.get("tokens"))
    secrets = [secret for values in given for secret in secrets_among(values)]
    return one_line(error, culprit.package, [*secrets, *_secrets_on_the_way(arguments)])


def _secrets_on_the_way(arguments: Mapping[str, Any]) -> list[str]:
    """Return what of a request, and of the token that goes into it, may be a secret."""
    fields = getattr(arguments.get("request"), "headers", {}).values()
    handed = getattr(arguments.get("token_resolver"), "last", None)
    values = [*fields, *([handed.get_secret_value()] if handed else [])]
    return [value for value in values if len(value) >= _SHORTEST]
