"""Loading plugins: each in its own try, when it is first needed, with what went wrong on record."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from mp_core.hookspecs import PROVIDERS
from mp_core.installation import Installed, distribution_for, install_command, installed

if TYPE_CHECKING:
    from mp_core.models import Account

Key = tuple[str, str]
Announced = Mapping[Key, tuple[Installed, ...]]

_REQUIRED = ("mp_account_model", "mp_auth_header")


@dataclass(frozen=True, slots=True)
class ProviderFailure:
    """Why a plugin could not be loaded.

    Attributes:
        type: The account type (or the extension's name).
        distribution: Name of the distribution.
        version: Its version.
        cause: What happened, in one line.
    """

    type: str
    distribution: str
    version: str
    cause: str

    def error(self) -> ProviderFailedError:
        """Return the failure as the error that its accounts raise."""
        return ProviderFailedError(
            f"The provider of {self.type} accounts, {self.distribution} {self.version},"
            f" could not be loaded: {self.cause}.",
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
        manager: pluggy.PluginManager,
        env: Environ,
        *,
        scan: Callable[[], Announced] = installed,
    ) -> None:
        """Take the allow-list from the environment mapping; nothing is scanned or loaded yet."""
        self.models: dict[str, type[Account]] = {}
        self.generation = 0
        self._manager = manager
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
            raise _blocked(name, is_installed=bool(candidates))
        if not candidates:
            raise _missing(name)
        if len(candidates) > 1:
            raise _conflict(name, candidates)
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

    def providers_except(self, plugin: object) -> Iterator[object]:
        """Yield the loaded providers other than this one."""
        for (group, _), other in self._plugins.items():
            if group == PROVIDERS and other is not plugin:
                yield other

    def _allows(self, name: str) -> bool:
        return self._allowed is None or name in self._allowed

    def _load(self, key: Key, announced: Installed) -> None:
        try:
            plugin = announced.entry_point.load()
            self._register(key, plugin)
        except (Exception, SystemExit) as error:
            self._failures[key] = ProviderFailure(
                announced.name, announced.distribution, announced.version, one_line(error)
            )
        else:
            self._plugins[key] = plugin
            self.generation += 1

    def _register(self, key: Key, plugin: object) -> None:
        group, name = key
        self._manager.register(plugin, f"{group}:{name}")
        try:
            self._manager.check_pending()
            if group == PROVIDERS:
                self.models[name] = self._checked_model(name, plugin)
        except BaseException:
            self._manager.unregister(plugin)
            raise

    def _checked_model(self, type_: str, plugin: object) -> type[Account]:
        names = {caller.name for caller in self._manager.get_hookcallers(plugin) or []}
        if missing := [name for name in _REQUIRED if name not in names]:
            raise TypeError(f"it does not implement {missing[0]}")
        others = [other for other in self._manager.get_plugins() if other is not plugin]
        model = self._manager.subset_hook_caller("mp_account_model", others)()
        if problem := _model_problem(type_, model):
            raise TypeError(f"its account model {problem}")
        checked: type[Account] = model
        return checked


def one_line(error: BaseException, secrets: Sequence[str] = ()) -> str:
    """Return an exception as one line, with these secrets struck out."""
    text = " ".join(str(error).split())
    for secret in secrets:
        text = text.replace(secret, "***")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _model_problem(type_: str, model: Any) -> str | None:
    """Return what keeps a class from being an account model, or None.

    The check is structural, so that this module needs no pydantic.
    """
    fields = getattr(model, "model_fields", {})
    config = getattr(model, "model_config", {})
    if not isinstance(model, type) or "type" not in fields:
        return "is not a subclass of mp_core.plugin.Account"
    if getattr(fields["type"].annotation, "__args__", None) != (type_,):
        return f'must declare: type: Literal["{type_}"] = "{type_}"'
    if abstract := getattr(model, "__abstractmethods__", None):
        return f"must define {', '.join(sorted(abstract))}"
    if not (config.get("frozen") and config.get("hide_input_in_errors")):
        return "must keep frozen and hide_input_in_errors in its configuration"
    if config.get("extra") != "forbid":
        return 'must keep extra="forbid" in its configuration'
    return None


def _missing(type_: str) -> ProviderNotInstalledError:
    distribution = distribution_for(type_)
    return ProviderNotInstalledError(
        f"No provider for account type {type_!r} is installed.",
        hint=f"Install it, usually with: {install_command(distribution)}",
        details={"type": type_, "distribution": distribution},
    )


def _blocked(type_: str, *, is_installed: bool) -> ProviderNotInstalledError:
    state = "is installed but not allowed" if is_installed else "is neither installed nor allowed"
    return ProviderNotInstalledError(
        f"The provider for account type {type_!r} {state} by {variables.PLUGINS}"
        " (or --no-plugins).",
        hint=f"Add {type_} to {variables.PLUGINS}, or run: unset {variables.PLUGINS}",
        details={"type": type_, "variable": variables.PLUGINS},
    )


def _conflict(type_: str, candidates: Sequence[Installed]) -> ProviderConflictError:
    names = " and ".join(str(candidate) for candidate in candidates)
    return ProviderConflictError(
        f"Account type {type_!r} is claimed by {names}; neither is used.",
        hint=f"Remove one of them: pip uninstall {candidates[-1].distribution}",
        details={"type": type_, "distributions": [c.distribution for c in candidates]},
    )
