"""Plugins for the length of a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from mp_core.plugin._host import registrations
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS

_NONE: Final[Mapping[str, object]] = MappingProxyType({})


@contextmanager
def plugins(
    providers: Mapping[str, object] = _NONE, *, extensions: Mapping[str, object] = _NONE
) -> Iterator[None]:
    """Register plugins for a block, as `mp_core.plugin.register` does for good.

    They are in force at once, in the place of others of their names. At the end, also of a block
    that raises, all is as it was before, and what was registered inside is gone.

        @pytest.fixture(autouse=True)
        def registered() -> Iterator[None]:
            with plugins({"acme": Acme()}, extensions={"audit": Audit()}):
                yield

    Args:
        providers: A module, or an object, with hook implementations for each account type.
        extensions: The same for each extension, by name.

    Raises:
        ProviderFailedError: One does not keep the contract; nothing is registered then.
    """
    both = {(PROVIDERS, type_): plugin for type_, plugin in providers.items()}
    both.update(((EXTENSIONS, name), plugin) for name, plugin in extensions.items())
    with registrations.added(both):
        yield
