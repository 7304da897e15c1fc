"""The plugin host: a set of plugins, loaded when needed, and their hooks as methods."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from mp_core import _env as variables
from mp_core._env import Environ
from mp_core.plugin._host.audit_calls import AuditCalls
from mp_core.plugin._host.discovery import installed
from mp_core.plugin._host.environment_calls import EnvironmentCalls
from mp_core.plugin._host.loading import Announced, Loader
from mp_core.plugin._host.manager import Manager
from mp_core.plugin._host.plugin_set import PluginSet
from mp_core.plugin._host.request_calls import RequestCalls
from mp_core.plugin._host.routing import Router
from mp_core.plugin._host.token_calls import Defaults, TokenCalls
from mp_core.plugin.hooks import PROVIDERS

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

    def __init__(self, env: Environ, *, scan: Callable[[], Announced] = installed) -> None:
        """Take the allow-list from the environment mapping; nothing is scanned or loaded yet.

        No extension is on: see `with_extensions`.
        """
        allowed = variables.allowed_plugins(env)
        plugins = PluginSet(None if allowed is None else tuple(sorted(allowed)))
        self.required = tuple(sorted(variables.required_extensions(env)))
        self._begin(
            plugins, Loader(Defaults(), plugins.allowed, scan=scan, manager=_manager(env)), {}
        )

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
        made.required = self.required
        if plugins.allowed != self.plugins.allowed:
            loader = Loader(Defaults(), plugins.allowed, scan=loader.scan, manager=loader.manager)
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


@functools.lru_cache(maxsize=8)
def _host(said: tuple[tuple[str, str], ...], process: int) -> Host:
    return Host(dict(said))


def host_for(env: Environ) -> Host:
    """Return the process's host for what this environment says about plugins.

    A forked child starts anew: another thread of its parent may have been loading a plugin.
    """
    said = tuple((name, env[name]) for name in _ABOUT_PLUGINS if name in env)
    return _host(said, os.getpid())


def default_host() -> Host:
    """Return the host of the process's own environment, without the extensions of a file."""
    return host_for(os.environ)
