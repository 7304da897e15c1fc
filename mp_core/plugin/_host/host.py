"""The plugin host: a set of plugins, loaded when needed, and their hooks as methods."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from mp_core import _env as variables
from mp_core._env import Environ
from mp_core.plugin._host import registrations
from mp_core.plugin._host.audit_calls import AuditCalls
from mp_core.plugin._host.discovery import installed
from mp_core.plugin._host.environment_calls import EnvironmentCalls
from mp_core.plugin._host.loading import Announced, Key, Loader
from mp_core.plugin._host.manager import Manager
from mp_core.plugin._host.plugin_set import PluginSet
from mp_core.plugin._host.registrations import Registrations
from mp_core.plugin._host.request_calls import RequestCalls
from mp_core.plugin._host.routing import Router
from mp_core.plugin._host.token_calls import Defaults, TokenCalls
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS

if TYPE_CHECKING:
    from mp_core.plugin.account import Account

_ABOUT_PLUGINS: Final = (variables.PLUGINS, variables.REQUIRE_EXTENSIONS, variables.TRACE_PLUGINS)


class Host(TokenCalls, RequestCalls, EnvironmentCalls, AuditCalls):
    """One set of plugins, loaded when needed.

    A process has a host for every set. What one switches on is not on in another, though a plugin
    that both have is loaded once.

    Attributes:
        plugins: The set: what is allowed, and which extensions are on.
        required: Names of the extensions that `MP_REQUIRE_EXTENSIONS` switches on, sorted.
        loader: The plugins themselves, and what became of them.
    """

    def __init__(
        self,
        env: Environ,
        *,
        scan: Callable[[], Announced] = installed,
        registered: Iterable[Key] = (),
    ) -> None:
        """Take the allow-list from the environment mapping; nothing is scanned or loaded yet.

        Args:
            env: The environment, which also says what is required.
            scan: Returns what is installed, and registered.
            registered: Groups and names of what is registered.
        """
        allowed = variables.allowed_plugins(env)
        self.required = tuple(sorted(variables.required_extensions(env)))
        self._always = _always(self.required, registered)
        plugins = self._always._replace(allowed=None if allowed is None else tuple(sorted(allowed)))
        self._begin(plugins, self._new_loader(plugins, scan, _manager(env)), {})

    def _new_loader(
        self, plugins: PluginSet, scan: Callable[[], Announced], manager: Callable[[str], Manager]
    ) -> Loader:
        return Loader(
            Defaults(), plugins.allowed, required=self.required, scan=scan, manager=manager
        )

    def _begin(self, plugins: PluginSet, loader: Loader, relatives: dict[PluginSet, Host]) -> None:
        self.plugins = plugins
        self.loader = loader
        self._warned = set()
        self._hooks = Router(loader, plugins)
        self._relatives = relatives
        relatives.setdefault(plugins, self)

    def with_extensions(self, names: Iterable[str]) -> Host:
        """Return the host with these extensions instead; they load when it is called.

        Those that are required or registered are on in any case.
        """
        return self._relative(self.plugins.with_extensions(names).joined(self._always))

    def of(self, plugins: PluginSet) -> Host:
        """Return the host of a set from elsewhere, of which only what is allowed here may load.

        What is required or registered here is on beside what was on there.
        """
        known = self._relatives.get(plugins)
        return known or self._relative(plugins.within(self.plugins).joined(self._always))

    def _relative(self, plugins: PluginSet) -> Host:
        return self._relatives.get(plugins) or self._made(plugins)

    def _made(self, plugins: PluginSet) -> Host:
        made, loader = Host.__new__(Host), self.loader
        made.required, made._always = self.required, self._always
        if plugins.allowed != self.plugins.allowed:
            loader = self._new_loader(plugins, loader.scan, loader.manager)
        made._begin(plugins, loader, self._relatives)
        return self._relatives[plugins]  # That of another thread, if it was faster.

    def login_types(self) -> list[str]:
        """Return the account types that have an interactive login, of the providers that load."""
        return [type_ for type_ in self.types() if self.logs_in(type_)]

    def model(self, type_: str) -> type[Account]:
        """Return the pydantic class of an account type.

        Raises:
            ProviderNotInstalledError: Nothing that is installed and allowed provides the type.
            ProviderConflictError: Two distributions claim it.
            ProviderFailedError: Its provider does not load, or the class does not fit.
        """
        self.loader.plugin(PROVIDERS, type_)
        return self.loader.models[type_]


def _manager(env: Environ) -> Callable[[str], Manager]:
    """Return what makes managers of plugins: such as say what they call, if that is asked for."""
    if not variables.is_set(env, variables.TRACE_PLUGINS):
        return Manager
    from mp_core.plugin._host.tracing import TracingManager

    return TracingManager


def _always(required: Iterable[str], registered: Iterable[Key]) -> PluginSet:
    """Return what is on in every set of this process: what is required or registered."""
    keys = sorted(registered)
    extensions = {*required, *(name for group, name in keys if group == EXTENSIONS)}
    return PluginSet(None, tuple(sorted(extensions)), tuple(keys))


@functools.lru_cache(maxsize=16)
def _host(said: tuple[str | None, ...], process: int, registered: Registrations) -> Host:
    pairs = zip(_ABOUT_PLUGINS, said, strict=True)
    env = {name: value for name, value in pairs if value is not None}
    return Host(env, scan=registered.scan, registered=registered.plugins)


def host_for(env: Environ) -> Host:
    """Return the process's host for what this environment says, and what is registered.

    A forked child starts anew: another thread of its parent may have been loading a plugin.
    """
    return _host(tuple(map(env.get, _ABOUT_PLUGINS)), os.getpid(), registrations.registered())


def default_host() -> Host:
    """Return the host of the process's own environment, without the extensions of a file."""
    return host_for(os.environ)
