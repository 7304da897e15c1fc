"""Which plugins serve an account: what was allowed and switched on where it was made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Self

from mp_core._public import exported_from


@exported_from("mp_core")
class PluginSet(NamedTuple):
    """What an account takes along, so that it is served alike in every thread and process.

    Attributes:
        allowed: Names of the plugins that may load, sorted, or None for all.
        extensions: Names of the extensions that are switched on, sorted.
        registered: Groups and names of what code had registered, sorted, and no distribution holds.
    """

    allowed: tuple[str, ...] | None = None
    extensions: tuple[str, ...] = ()
    registered: tuple[tuple[str, str], ...] = ()

    def with_extensions(self, names: Iterable[str]) -> Self:
        """Return the set with these extensions instead of its own."""
        return self._replace(extensions=tuple(sorted(set(names))))

    def joined(self, other: PluginSet) -> Self:
        """Return the set with the extensions and the registered plugins of another one, too."""
        together = self.with_extensions((*self.extensions, *other.extensions))
        registered = {*self.registered, *other.registered}
        return together._replace(registered=tuple(sorted(registered)))

    def within(self, other: PluginSet) -> Self:
        """Return the set with no more allowed than another one allows, too."""
        if other.allowed is None:
            return self
        if self.allowed is None:
            return self._replace(allowed=other.allowed)
        return self._replace(allowed=tuple(sorted({*self.allowed} & {*other.allowed})))
