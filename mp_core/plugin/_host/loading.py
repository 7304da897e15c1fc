"""Loading plugins: each in its own try, when it is first needed, with what went wrong on record."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import pluggy

from mp_core.errors import ProviderError
from mp_core.plugin._host import versions
from mp_core.plugin._host.absence import blocked, demanded, missing
from mp_core.plugin._host.blame import is_from_signal
from mp_core.plugin._host.conformance import ConformanceError, check_model
from mp_core.plugin._host.discovery import Installed, installed
from mp_core.plugin._host.failure import ProviderFailure, Trial
from mp_core.plugin._host.implementations import examined
from mp_core.plugin._host.manager import Manager
from mp_core.plugin._host.requirements import check_required
from mp_core.plugin.hooks import EXTENSIONS, PROJECT, PROVIDERS, PluginSpec

if TYPE_CHECKING:
    from mp_core.plugin.account import Account

Key = tuple[str, str]
Announced = Mapping[Key, tuple[Installed, ...]]


class Loader:
    """The plugins that are allowed; those that were needed are loaded.

    Attributes:
        allowed: Names of the plugins that may load, or None for all. Those that code registers may
            load anyway: it has loaded them.
        required: Names of the extensions that `MP_REQUIRE_EXTENSIONS` holds.
        models: Account classes of the loaded providers, by type.
        generation: Grows with every plugin that is loaded.
        scan: Returns what is installed, allowed or not.
        manager: Makes a manager of plugins, for a project.
    """

    def __init__(
        self,
        defaults: object,
        allowed: Collection[str] | None,
        *,
        required: Collection[str] = (),
        scan: Callable[[], Announced] = installed,
        manager: Callable[[str], Manager] = Manager,
    ) -> None:
        """Take the allow-list; nothing is scanned or loaded yet."""
        self.allowed = allowed
        self.required = required
        self.models: dict[str, type[Account]] = {}
        self.generation = 0
        self.manager = manager
        self._defaults = defaults
        self._manager = self._managing({})
        self.scan = scan
        self._plugins: dict[Key, object] = {}
        self._trials: dict[Key, Trial] = {}
        self._lock = threading.RLock()

    def names(self, group: str) -> list[str]:
        """Return what is installed and allowed in a group, sorted, importing nothing."""
        return sorted(key[1] for key in self.scan() if key[0] == group and self._allows(key))

    def announced(self, group: str, name: str) -> Installed:
        """Return what announces a plugin.

        Raises:
            ProviderNotInstalledError: Nothing that is allowed does.
            ProviderConflictError: Several distributions do.
        """
        candidates = self.scan().get((group, name), ())
        if len(candidates) == 1 and self._allows((group, name)):
            return candidates[0]
        if self._is_required(group, name):
            raise demanded(self._unfit(group, name, candidates))
        raise self._unfit(group, name, candidates)

    def _unfit(self, group: str, name: str, candidates: Sequence[Installed]) -> ProviderError:
        if not self._allows((group, name)):
            return blocked(group, name, is_installed=bool(candidates))
        if not candidates:
            return missing(group, name)
        from mp_core.plugin._host.conflict import conflict

        return conflict(group, name, candidates)

    def plugin(self, group: str, name: str) -> object:
        """Return a plugin, loaded once.

        Raises:
            ProviderError: It is missing, in conflict, or does not load.
        """
        key = group, name
        if key in self._plugins:
            return self._plugins[key]
        with self._lock:
            announced = self.announced(group, name)
            if key not in self._trials:
                trial = self._trials[key] = self._try(key, announced)
                if trial.failure is None:
                    versions.warn_if_newer(trial.contract, announced, trial.dropped)
            if failure := self._trials[key].failure:
                is_required = self._is_required(group, name)
                raise demanded(failure.error()) if is_required else failure.error()
            return self._plugins[key]

    def trial(self, group: str, name: str) -> Trial | None:
        """Return what loading a plugin showed, or None when it was not needed so far."""
        return self._trials.get((group, name))

    def caller(self, hook: str, type_: str, extensions: Collection[str]) -> pluggy.HookCaller:
        """Return a hook as one type's provider, these extensions and the defaults implement it."""
        mine = {(PROVIDERS, type_), *((EXTENSIONS, name) for name in extensions)}
        plugins, manager = self._plugins, self._manager
        others = [plugin for key, plugin in plugins.items() if key not in mine]
        return manager.subset_hook_caller(hook, others)

    def caller_of(self, hook: str, key: Key) -> pluggy.HookCaller:
        """Return a hook as one plugin alone implements it, without the core's defaults."""
        others = [plugin for other, plugin in self._plugins.items() if other != key]
        return self._manager.subset_hook_caller(hook, [*others, self._defaults])

    def implements(self, key: Key, hook: str) -> bool:
        """Return whether a loaded plugin implements a hook, other than by a wrapper."""
        found = self.caller_of(hook, key).get_hookimpls()
        return any(not (one.wrapper or one.hookwrapper) for one in found)

    def is_of(self, implementation: pluggy.HookImpl, key: Key) -> bool:
        """Return whether an implementation of a hook is that of a plugin."""
        return implementation.plugin_name == _label(key)

    def key_of(self, implementation: pluggy.HookImpl) -> Key | None:
        """Return which plugin an implementation of a hook is of; None for the core's own."""
        group, _, name = implementation.plugin_name.partition(":")
        return (group, name) if name else None

    def is_registered(self, key: Key) -> bool:
        """Return whether code has registered a plugin, rather than installed it."""
        return any(claim.is_registered for claim in self.scan().get(key, ()))

    def _allows(self, key: Key) -> bool:
        return self.allowed is None or key[1] in self.allowed or self.is_registered(key)

    def _is_required(self, group: str, name: str) -> bool:
        return group == EXTENSIONS and name in self.required

    def _try(self, key: Key, announced: Installed) -> Trial:
        started = time.perf_counter()
        version, failure = None, None
        dropped: tuple[str, ...] = ()
        try:
            plugin = announced.entry_point.load()
            version = versions.declared(plugin)
            versions.check_version(version, announced)
            dropped = self._take(key, plugin, version)
        except BaseException as error:
            # A module that exits, or whose library in Rust panics, is as defective as another.
            if isinstance(error, GeneratorExit) or is_from_signal(error):
                raise
            failure = ProviderFailure.of(announced, error)
        import_ms = round((time.perf_counter() - started) * 1000, 1)
        return Trial(version, import_ms, failure, dropped)

    def _take(self, key: Key, plugin: object, version: str | None) -> tuple[str, ...]:
        """Let a plugin serve that keeps the contract; return which of its hooks do not."""
        _check_apart(plugin, self._plugins)
        implemented = examined(plugin, version)
        check_required(key[0], plugin, implemented)
        plugins = {**self._plugins, key: plugin}
        manager = self._managing(plugins)
        if key[0] == PROVIDERS:
            self.models[key[1]] = _checked_model(key[1], plugin, manager)
        self._plugins, self._manager = plugins, manager
        self.generation += 1
        return implemented.dropped

    def _managing(self, plugins: Mapping[Key, object]) -> pluggy.PluginManager:
        """Return a manager of these plugins: one that is in use never changes under a call.

        pluggy calls in reverse order: the extensions by name, the providers, the defaults.
        """
        manager = self.manager(PROJECT)
        manager.add_hookspecs(PluginSpec)
        manager.register(self._defaults, "the core's defaults")
        for key in sorted(plugins, reverse=True):
            hash(plugins[key])  # pluggy keeps plugins in sets.
            manager.register(plugins[key], _label(key))
        return manager


def _label(key: Key) -> str:
    return ":".join(key)


def _check_apart(plugin: object, plugins: Mapping[Key, object]) -> None:
    """Refuse one module or object for two plugins: its hooks would be called as those of either.

    Raises:
        ConformanceError: It is another plugin already.
    """
    for (group, name), other in plugins.items():
        if other is plugin or other == plugin:
            what = "provider" if group == PROVIDERS else "extension"
            raise ConformanceError(
                f"it is the same module or object as the {what} {name!r}, or equal to it:"
                " announce one of its own for each"
            )


def _checked_model(type_: str, plugin: object, manager: pluggy.PluginManager) -> type[Account]:
    others = [other for other in manager.get_plugins() if other is not plugin]
    model: type[Account] = manager.subset_hook_caller("mp_account_model", others)()
    check_model(type_, model)
    return model
