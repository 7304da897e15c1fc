"""The plugins that code has registered in this process, beside those that are installed."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final, NamedTuple, cast

from mp_core._cached import Cached
from mp_core.errors import ProviderConflictError
from mp_core.plugin._host.absence import FUNCTIONS
from mp_core.plugin._host.discovery import Installed, installed
from mp_core.plugin._host.loading import Key, Loader
from mp_core.plugin.hooks import PROVIDERS


class _Held(NamedTuple):
    """Stands for the entry point of a plugin that is at hand."""

    plugin: object

    @property
    def value(self) -> str:
        """The module that the plugin comes from."""
        plugin = self.plugin
        return plugin.__name__ if isinstance(plugin, ModuleType) else type(plugin).__module__

    def load(self) -> object:
        """Return the plugin."""
        return self.plugin


class Registrations:
    """What is registered at one moment: what is in use never changes, and compares by identity.

    Attributes:
        plugins: The plugins by group and name.
    """

    def __init__(self, plugins: Mapping[Key, object]) -> None:
        """Take the plugins; nothing is checked."""
        self.plugins = plugins

    @Cached
    def announced(self) -> Mapping[Key, tuple[Installed, ...]]:
        """What is installed, with what is registered in its place."""
        held = {key: (_as_installed(key, plugin),) for key, plugin in self.plugins.items()}
        return {**installed(), **held}

    def scan(self) -> Mapping[Key, tuple[Installed, ...]]:
        """Return `announced`, as a loader asks for it."""
        return self.announced

    def with_plugins(self, plugins: Mapping[Key, object]) -> Registrations:
        """Return these with further plugins, which are loaded as any other is.

        Raises:
            ProviderFailedError: One does not keep the contract.
        """
        after = Registrations({**self.plugins, **plugins})
        loader = Loader(object(), None, scan=after.scan)
        for key in dict.fromkeys((*self.plugins, *plugins)):  # Those of before get along with them.
            loader.plugin(*key)
        return after


def _as_installed(key: Key, plugin: object) -> Installed:
    group, name = key
    return Installed(name, group, "", "", cast(Any, _Held(plugin)))


class _Block:
    """A block that plugins are registered for.

    Attributes:
        before: What was registered when it began.
        plugins: Its own, and what is registered while it is the last that began.
    """

    def __init__(self, before: Registrations, plugins: Mapping[Key, object]) -> None:
        self.before = before
        self.plugins = dict(plugins)


class _Process:
    """What the process has registered."""

    def __init__(self) -> None:
        self.now = Registrations({})
        self.blocks: list[_Block] = []
        self.begin()

    def begin(self) -> None:
        """Take a lock that nobody holds: a forked child has none of its parent's threads."""
        self.lock = threading.RLock()

    def end(self, block: _Block) -> None:
        """Take back what was registered for a block; those of other threads may go on."""
        index = self.blocks.index(block)
        later = self.blocks[index + 1 :]
        del self.blocks[index:]
        self.now = block.before
        for each in later:
            each.before = self.now
            self.now = Registrations({**self.now.plugins, **each.plugins})
            self.blocks.append(each)


_process: Final = _Process()
os.register_at_fork(after_in_child=_process.begin)


def registered() -> Registrations:
    """Return what is registered in this process now."""
    return _process.now


def add(key: Key, plugin: object, *, replace: bool) -> None:
    """Register a plugin until the process ends, or until a block ends in which that happens.

    Raises:
        ProviderConflictError: There is one of this name, and it is not to be replaced.
        ProviderFailedError: It does not keep the contract.
    """
    with _process.lock:
        before = _process.now
        if key in before.announced and not replace:
            raise _conflict(key, before.announced[key])
        _process.now = before.with_plugins({key: plugin})
        for block in _process.blocks[-1:]:
            block.plugins[key] = plugin


@contextmanager
def added(plugins: Mapping[Key, object]) -> Iterator[None]:
    """Register plugins for a block, in the place of any others of their names.

    What was registered before the block is again when it ends, and nothing else.

    Raises:
        ProviderFailedError: One does not keep the contract.
    """
    with _process.lock:
        block = _Block(_process.now, plugins)
        _process.now = block.before.with_plugins(plugins)
        _process.blocks.append(block)
    try:
        yield
    finally:
        with _process.lock:
            _process.end(block)


def _conflict(key: Key, claims: tuple[Installed, ...]) -> ProviderConflictError:
    group, name = key
    what = "Account type" if group == PROVIDERS else "Extension"
    return ProviderConflictError(
        f"{what} {name!r} is there already: {' and '.join(map(str, claims))}.",
        hint="To put yours in its place, in this process alone:"
        f" mp_core.plugin.{FUNCTIONS[group]}({name!r}, …, replace=True)",
        details={"type": name, "distributions": [claim.distribution for claim in claims]},
    )
