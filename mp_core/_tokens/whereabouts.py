"""Which store was given the present login of a slot, so that no other one brings back an older one.

Extensions are switched on and off, and a store that is off cannot be asked to forget. So the core
notes beside the file which login it gave to the plugins. Where it has noted nothing, what a plugin
returns counts, as in a new home, unless the file holds a login.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from mp_core._storage import files
from mp_core._tokens.binding import record_in
from mp_core.errors import ConfigError

FILE: Final = "store.json"
"""The file in an account's directory; no login is in it."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What is noted of one slot.

    Attributes:
        login: Names the login that plugins were given; None once it is out of date.
        stores: The plugins that were asked to keep it.
        is_declined: Whether they left it to the file.
    """

    login: str | None
    stores: tuple[str, ...]
    is_declined: bool = False

    @classmethod
    def parsed(cls, record: Any) -> Whereabouts | None:
        """Return what a record says, or None where it says nothing that can be used."""
        try:
            login, stores, is_declined = (record[each] for each in cls.__slots__)
        except (KeyError, TypeError):
            return None
        is_sound = isinstance(login, str | None) and isinstance(stores, list)
        return cls(login, tuple(map(str, stores)), bool(is_declined)) if is_sound else None

    def is_declined_by(self, stores: Sequence[str]) -> bool:
        """Return whether these very plugins left the login to the file."""
        return self.is_declined and self.login is not None and self.stores == tuple(stores)


class Note:
    """The note of one slot; whoever writes it holds the slot's lock."""

    def __init__(self, directory: Path, key: str) -> None:
        """Describe the note; nothing is read."""
        self.path = directory / FILE
        self._key = key

    def read(self) -> Whereabouts | None:
        """Return what is noted, or None."""
        return Whereabouts.parsed(record_in(self.path).get(self._key))

    def write(self, login: str, stores: Sequence[str], *, is_declined: bool = False) -> None:
        """Note which login plugins were given.

        A place that nobody can write to holds no note that could be in the way.

        Raises:
            ConfigError: It cannot be written, and what is noted is another one.
        """
        old, new = self.read(), Whereabouts(login, tuple(stores), is_declined)
        if old == new:
            return
        try:
            self._put(new)
        except ConfigError:
            if old is not None:
                raise

    def withdraw(self) -> Whereabouts | None:
        """Let what plugins were given be out of date; return what was noted, if it was not before.

        Raises:
            ConfigError: It cannot be written.
        """
        old = self.read()
        if old is None or old.login is None:
            return None
        self._put(replace(old, login=None))
        return old

    def forget(self) -> None:
        """Remove the note.

        Raises:
            ConfigError: It cannot be removed.
        """
        if self.read() is not None:
            self._put(None)

    def _put(self, new: Whereabouts | None) -> None:
        noted = {key: each for key, each in record_in(self.path).items() if key != self._key}
        if new is not None:
            noted[self._key] = asdict(new)
        if noted:
            files.write_private(self.path, json.dumps(noted, indent=2) + "\n")
        else:
            files.delete(self.path)
