"""The surroundings of a call: environment, files, plugins and transport."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mp_core import _env as variables
from mp_core._config.document import ConfigDocument, is_configured
from mp_core._config.edit import ConfigEdit
from mp_core._config.store import ConfigStore, config_store
from mp_core._env import Environ
from mp_core._network.intermediaries import refuse_intermediary
from mp_core._network.transport import http_client
from mp_core._network.waits import log
from mp_core._runtime.destination import Destination
from mp_core._runtime.recording import ChangeRecord, VetoesRecorded, record_refresh
from mp_core._storage import paths
from mp_core._tokens.binding import Binding
from mp_core._tokens.vault import TokenVault
from mp_core.errors import ConfigError
from mp_core.plugin._host.host import Host, host_for

if TYPE_CHECKING:
    import httpx

    from mp_core.plugin.account import Account

    _Carrier = tuple[httpx.BaseTransport | None, str]
    """What carries requests, and for whom: `lib` or `cli`."""


def _environ() -> Environ:
    return os.environ


@dataclass(frozen=True, eq=False, repr=False)  # Its environment may hold secrets.
class Context:
    """Where a call runs; everything is evaluated when it is used.

    What is pickled with one is at home where it arrives: an environment does not travel.

    Attributes:
        env: The environment; that of the process unless told otherwise.
        ignores_env: Whether resolution leaves the environment out.
        user_agent_kind: `lib` or `cli`, for the `User-Agent` header.
        transport: Carries HTTP requests instead of the network, for tests.
        plugins: Serves the account types instead of what is installed, for tests.
        tell: Takes a sentence about a wait, before it begins; the logger `mp_core` otherwise.
    """

    env: Environ = field(default_factory=_environ)
    ignores_env: bool = False
    user_agent_kind: str = "lib"
    transport: httpx.BaseTransport | None = None
    plugins: Host | None = None
    tell: Callable[[str], None] = log

    def __reduce__(self) -> tuple[type[Context], tuple[()]]:
        """Return what a pickle holds: that there are surroundings, those of whoever reads it."""
        return Context, ()

    @property
    def bare_host(self) -> Host:
        """The plugins that the environment allows, without the extensions of any configuration."""
        return self.plugins or host_for(self.env)

    @property
    def host(self) -> Host:
        """The plugins in force: those allowed, with the extensions that the configuration names.

        Raises:
            ConfigError: The file is there and cannot be used, so that nobody knows which they are.
        """
        return self.config().host

    def host_of(self, account: Account) -> Host:
        """Return the plugins that serve an account: those it was made with, or those in force.

        Raises:
            ConfigError: See `host`.
        """
        made_with = account.plugin_set
        return self.host if made_with is None else self.bare_host.of(made_with)

    @property
    def root(self) -> Path | None:
        """The storage root, or None when there is no home for it."""
        return paths.storage_root(self.env)

    @property
    def store(self) -> ConfigStore:
        """The configuration file's store."""
        return config_store(paths.config_file(self.env), self.bare_host)

    @property
    def vault(self) -> TokenVault:
        """The tokens below the storage root, as the plugins in force keep them."""
        return self._vault(self.host)

    def vault_of(self, account: Account) -> TokenVault:
        """Return the same as the plugins keep them that serve an account."""
        return self._vault(self.host_of(account))

    def _vault(self, host: Host) -> TokenVault:
        base = variables.get(self.env, variables.API_BASE_URL)
        config = paths.config_file(self.env)
        return _vault(self.root, config, host, base, self._carrier)

    def binding(self, account: Account) -> Binding:
        """Return what the files in an account's directory belong to."""
        return _binding(self.root, paths.config_file(self.env), account)

    def binding_of_name(self, name: str) -> Binding:
        """Return what the files of an account belong to that cannot be used."""
        identity = _identity(self.root, paths.config_file(self.env))
        return Binding(identity, name, None, None)

    def destination(self, account: Account) -> Destination:
        """Return where the requests of an account go.

        Raises:
            ConfigError: See `host`.
        """
        return Destination(account, self.host_of(account), self.env)

    def oauth_http(self, account: Account) -> httpx.Client:
        """Return a client whose relative addresses are below the OAuth address of an account.

        Raises:
            ConfigError: `MP_API_BASE_URL`, or the endpoint of the account, is malformed.
        """
        return _oauth_http(self.destination(account), self._carrier)

    @property
    def _carrier(self) -> _Carrier:
        return self.transport, self.user_agent_kind

    @property
    def reads_env(self) -> bool:
        """Whether the environment is the first step of resolution.

        Raises:
            ConfigError: `MP_IGNORE_ENV` is malformed.
        """
        return not (self.ignores_env or variables.is_set(self.env, variables.IGNORE_ENV))

    def config(self) -> ConfigDocument:
        """Return the configuration.

        Raises:
            ConfigError: The file is there and cannot be used.
        """
        return self.store.read()

    def has_configured(self, account: Account) -> bool:
        """Return whether the configuration holds this very account, as far as it can be read."""
        try:
            return is_configured(self.config(), account)
        except ConfigError:
            return False

    @contextmanager
    def transaction(self) -> Iterator[ConfigEdit]:
        """Edit the configuration in a block; see `ConfigStore.transaction`.

        What has changed about accounts is recorded, once it is written.

        Raises:
            ConfigError: The file cannot be used, or cannot be written.
            ProviderError: It is written, and an audit log that is required did not take it.
        """
        changed = ChangeRecord(self)
        with VetoesRecorded(self):
            with self.store.transaction() as edit:
                yield edit
                changed.prepare(edit.changes())
            changed.send()


def host_in_force(account: Account) -> Host:
    """Return the plugins that serve an account in the surroundings of the process.

    Raises:
        ConfigError: They are those of the process, and its configuration cannot be used.
    """
    return Context().host_of(account)


def _binding(root: Path | None, config: Path | None, account: Account) -> Binding:
    return Binding.of(account, _identity(root, config))


def _identity(root: Path | None, config: Path | None) -> str | None:
    return paths.config_identity(root, config) if root and config else None


@functools.lru_cache(maxsize=16)
def _vault(
    root: Path | None,
    config: Path | None,
    host: Host,
    base: str | None,
    carrier: _Carrier,
) -> TokenVault:
    env = {variables.API_BASE_URL: base} if base else {}
    return TokenVault(
        root,
        host,
        http=lambda account: _oauth_http(Destination(account, host, env), carrier),
        bind=functools.partial(_binding, root, config),
        on_renewal=functools.partial(_tell_of_renewal, root, config, host),
    )


def _tell_of_renewal(root: Path | None, config: Path | None, host: Host, account: Account) -> None:
    record_refresh(root, _binding(root, config, account), host, account)


def _oauth_http(destination: Destination, carrier: _Carrier) -> httpx.Client:
    """Return a client for token requests, which follows no redirect and waits at most 30 s.

    An answer that is not the server's is an error of the network to whoever asks.
    """
    import httpx

    transport, kind = carrier
    return http_client(
        transport,
        kind=kind,
        context=destination.host.tls_context(destination.account),
        event_hooks={"response": [refuse_intermediary]},
        base_url=destination.base_url("oauth"),
        timeout=httpx.Timeout(30.0, connect=10.0),
    )
