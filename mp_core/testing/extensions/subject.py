"""What the checks of an extension stand on: the extension, switched on in a home of its own."""

from __future__ import annotations

import pytest

from mp_core._runtime.context import Context
from mp_core.errors import ProviderError
from mp_core.plugin._host.host import Host
from mp_core.plugin._host.implementations import examined
from mp_core.plugin._host.versions import declared
from mp_core.plugin.hooks import EXTENSIONS
from mp_core.testing.extensions.placement import Placement, placed
from mp_core.testing.fixtures import isolate


class ExtensionSubject:
    """An extension under test. A subclass overrides the fixture `extension`."""

    @pytest.fixture
    def extension(self) -> object:
        """The name of its entry point, or the module or object that has its hooks. Required."""
        pytest.fail(
            "Supply your extension: override the fixture `extension`, and return the name of its"
            " entry point, or the module or object with its hooks."
        )

    @pytest.fixture(autouse=True)
    def _isolated(
        self, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        isolate(tmp_path_factory.mktemp("home"), monkeypatch)

    @pytest.fixture
    def placement(self, extension: object) -> Placement:
        """Where the extension is found, here and in a new process."""
        return placed(extension)

    @pytest.fixture
    def plugin(self, placement: Placement) -> object:
        """The module or object with the hooks, as the core loads it."""
        try:
            return placement.host().loader.plugin(EXTENSIONS, placement.name)
        except ProviderError as error:
            pytest.fail(f"The extension cannot be used: {error} {error.hint}")

    @pytest.fixture
    def context(self, placement: Placement, plugin: object) -> Context:
        """The surroundings of one process, in which the extension is switched on."""
        return placement.process()

    @pytest.fixture
    def host(self, context: Context) -> Host:
        """The plugin host, with the extension."""
        return context.host


def implemented(plugin: object) -> frozenset[str]:
    """Return the names of the hooks that a plugin answers itself; wrappers do not count."""
    return examined(plugin, declared(plugin)).hooks
