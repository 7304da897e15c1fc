"""What can be wrong with a plugin."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Defect:
    """A change of a good plugin (or two), the check that fails, and what it says."""

    old: str
    new: str
    check: str
    said: str
    also: tuple[str, str] | None = None

    def made_in(self, source: str) -> str:
        """The source of a good plugin, with the defect."""
        for old, new in filter(None, ((self.old, self.new), self.also)):
            assert old in source, f"{old!r} is no part of the good plugin"
            source = source.replace(old, new)
        return source
