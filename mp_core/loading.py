"""Loading plugins: each in its own try, when it is first needed, with what went wrong on record."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pluggy

from mp_core import env as variables
from mp_core.env import Environ
from mp_core.errors import (
    ProviderConflictError,
    ProviderFailedError,
    ProviderNotInstalledError,
)
from mp_core.hookspecs import PROJECT, PROVIDERS, PluginSpec
from mp_core.installation import Installed, distribution_for, install_command, installed

if TYPE_CHECKING:
    from mp_core.account_model import Account

Key = tuple[str, str]
Announced = Mapping[Key, tuple[Installed, ...]]

_REQUIRED = ("mp_account_model", "mp_auth_header")
_ACCOUNT = "mp_core.account_model.Account"


@dataclass(frozen=True, slots=True)
class ProviderFailure:
    """Why a plugin could not be loaded.

    Attributes:
        type: The account type (or the extension's name).
        group: The entry-point group.
        distribution: Name of the distribution.
        version: Its version.
        cause: What happened, in one line.
    """

    type: str
    group: str
    distribution: str
    version: str
    cause: str

    def error(self) -> ProviderFailedError:
        """Return the failure as the error that its accounts raise."""
        is_provider = self.group == PROVIDERS
        what = f"provider of {self.type} accounts" if is_provider else f"extension {self.type!r}"
        return ProviderFailedError(
            f"The {what}, {self.distribution} {self.version}, could not be loaded: {self.cause}.",
            hint=f"Update or reinstall it: {install_command(self.distribution)}",
            details={"type": self.type, "distribution": self.distribution},
        )


class Loader:
    """The plugins that an environment allows; those that were needed are loaded.

    Attributes:
        models: Account classes of the loaded providers, by type.
        generation: Grows with every plugin that is loaded.
    """

    def __init__(
        self,
        defaults: object,
        env: Environ,
        *,
        scan: Callable[[], Announced] = installed,
    ) -> None:
        """Take the allow-list from the environment mapping; nothing is scanned or loaded yet."""
        self.models: dict[str, type[Account]] = {}
        self.generation = 0
        self._defaults = defaults
        self._manager = self._managing({})
        self._allowed = variables.allowed_plugins(env)
        self._scan = scan
        self._plugins: dict[Key, object] = {}
        self._failures: dict[Key, ProviderFailure] = {}
        self._lock = threading.RLock()

    def names(self, group: str) -> list[str]:
        """Return what is installed and allowed in a group, sorted, importing nothing."""
        return sorted(name for where, name in self._scan() if where == group and self._allows(name))

    def announced(self, group: str, name: str) -> Installed:
        """Return what announces a plugin.

        Raises:
            ProviderNotInstalledError: Nothing that is allowed does.
            ProviderConflictError: Several distributions do.
        """
        candidates = self._scan().get((group, name), ())
        if not self._allows(name):
            raise _blocked(group, name, is_installed=bool(candidates))
        if not candidates:
            raise _missing(group, name)
        if len(candidates) > 1:
            raise _conflict(group, name, candidates)
        return candidates[0]

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
            if key not in self._plugins and key not in self._failures:
                self._load(key, announced)
            if failure := self._failures.get(key):
                raise failure.error()
            return self._plugins[key]

    def failure(self, group: str, name: str) -> ProviderFailure | None:
        """Return why a plugin did not load, or None when it did or was not tried."""
        return self._failures.get((group, name))

    def caller(self, hook: str, type_: str) -> pluggy.HookCaller:
        """Return a hook without the implementations of the providers of other types."""
        manager = self._manager
        mine = _label((PROVIDERS, type_))
        others = [
            plugin
            for label, plugin in manager.list_name_plugin()
            if label.startswith(f"{PROVIDERS}:") and label != mine
        ]
        return manager.subset_hook_caller(hook, others)

    def _allows(self, name: str) -> bool:
        return self._allowed is None or name in self._allowed

    def _load(self, key: Key, announced: Installed) -> None:
        try:
            plugin = announced.entry_point.load()
            plugins = {**self._plugins, key: plugin}
            manager = self._managing(plugins)
            if key[0] == PROVIDERS:
                self.models[key[1]] = _checked_model(key[1], plugin, manager)
        except (Exception, SystemExit) as error:
            self._failures[key] = ProviderFailure(
                *(announced.name, announced.group, announced.distribution, announced.version),
                one_line(error),
            )
        else:
            self._plugins, self._manager = plugins, manager
            self.generation += 1

    def _managing(self, plugins: Mapping[Key, object]) -> pluggy.PluginManager:
        """Return a manager of these plugins: one that is in use never changes under a call.

        pluggy calls in reverse order: the extensions by name, the providers, the defaults.
        """
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(PluginSpec)
        manager.register(self._defaults, "the core's defaults")
        for key in sorted(plugins, reverse=True):
            hash(plugins[key])  # pluggy keeps plugins in sets.
            manager.register(plugins[key], _label(key))
        manager.check_pending()
        return manager


def _label(key: Key) -> str:
    return ":".join(key)


def _checked_model(type_: str, plugin: object, manager: pluggy.PluginManager) -> type[Account]:
    names = {caller.name for caller in manager.get_hookcallers(plugin) or []}
    if missing := [name for name in _REQUIRED if name not in names]:
        raise TypeError(f"it does not implement {missing[0]}")
    others = [other for other in manager.get_plugins() if other is not plugin]
    model = manager.subset_hook_caller("mp_account_model", others)()
    if problem := _model_problem(type_, model):
        raise TypeError(f"its account model {problem}")
    checked: type[Account] = model
    return checked


def one_line(error: BaseException, secrets: Sequence[str] = ()) -> str:
    """Return an exception as one line, with these secrets struck out."""
    text = str(error)
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in (secret, repr(secret)[1:-1]):
            text = text.replace(form, "***")
    text = " ".join(text.split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _model_problem(type_: str, model: Any) -> str | None:
    """Return what keeps a class from being an account model, or None.

    The check is structural, so that this module needs no pydantic.
    """
    fields: Any = getattr(model, "model_fields", {}) if isinstance(model, type) else {}
    if "type" not in fields or _ACCOUNT not in _names(model):
        return "is not a subclass of mp_core.plugin.Account"
    config = model.model_config
    if getattr(fields["type"].annotation, "__args__", None) != (type_,):
        return f'must declare: type: Literal["{type_}"] = "{type_}"'
    if abstract := getattr(model, "__abstractmethods__", None):
        return f"must define {', '.join(sorted(abstract))}"
    if not (config.get("frozen") and config.get("hide_input_in_errors")):
        return "must keep frozen and hide_input_in_errors in its configuration"
    if config.get("extra") != "forbid":
        return 'must keep extra="forbid" in its configuration'
    return None


def _names(model: type) -> set[str]:
    return {f"{base.__module__}.{base.__qualname__}" for base in model.__mro__}


def _missing(group: str, name: str) -> ProviderNotInstalledError:
    distribution = distribution_for(name)
    return ProviderNotInstalledError(
        f"No {_kind(group)} {name!r}{_switch(group)} is installed.",
        hint=f"Install it, usually with: {install_command(distribution)}",
        details={"type": name, "distribution": distribution},
    )


def _blocked(group: str, name: str, *, is_installed: bool) -> ProviderNotInstalledError:
    state = "is installed but not allowed" if is_installed else "is neither installed nor allowed"
    return ProviderNotInstalledError(
        f"The {_kind(group)} {name!r}{_switch(group)} {state} by {variables.PLUGINS}"
        " (or --no-plugins).",
        hint=f"Add {name} to {variables.PLUGINS}, or run: unset {variables.PLUGINS}",
        details={"type": name, "variable": variables.PLUGINS},
    )


def _conflict(group: str, name: str, candidates: Sequence[Installed]) -> ProviderConflictError:
    candidates = sorted(candidates, key=str)
    names = " and ".join(map(str, candidates))
    what = "Account type" if group == PROVIDERS else "Extension"
    return ProviderConflictError(
        f"{what} {name!r} is claimed by {names}; neither is used.",
        hint=f"Remove one of them: pip uninstall {candidates[-1].distribution}",
        details={"type": name, "distributions": [c.distribution for c in candidates]},
    )


def _kind(group: str) -> str:
    return "provider for account type" if group == PROVIDERS else "extension"


def _switch(group: str) -> str:
    return "" if group == PROVIDERS else ", which [settings].extensions switches on,"
