"""Where an account's tokens are kept, and what this process remembers of that.

The memory holds for one version of the slot: another file, or other tokens that the account came
with, and the slot is read again. Tokens that could not be saved stay in memory until they can be.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from mp_core._network.deadline import Deadline
from mp_core._storage import files, paths
from mp_core._storage.locks import TIMEOUT_S, busy, locked_if_possible
from mp_core._tokens.binding import Binding
from mp_core._tokens.flight import Flight
from mp_core._tokens.leftovers import adopt
from mp_core._tokens.lineage import are_of, fingerprint, login_of, newest
from mp_core._tokens.plugin_store import PluginStore
from mp_core._tokens.store import FileTokenStore, emptied
from mp_core._tokens.whereabouts import FILE
from mp_core.errors import MpError
from mp_core.plugin._host.host import Host
from mp_core.plugin.tokens import OAuthTokens, TokenStore

if TYPE_CHECKING:
    from mp_core.plugin.account import Account

_POLL_S: Final = 0.05
"""Pause between two looks whether a wait for another thread is still wanted."""

_Version = tuple[object, OAuthTokens | None]
"""The stamp of the file, and the tokens that the account came with."""


class _Known(NamedTuple):
    """What a slot held.

    Attributes:
        tokens: Its tokens.
        version: The version of the slot that they came from or went to.
        save_again_at: When to try again to save them, for those that could not be saved.
    """

    tokens: OAuthTokens | None = None
    version: _Version | None = None
    save_again_at: datetime | None = None


class Memory:
    """What one process knows of one slot. No lock guards it, which an interruption could keep.

    Attributes:
        path: The slot's file, or None when there is no place for it.
        lock: Held by the thread that refreshes, saves or deletes.
    """

    def __init__(self, path: Path | None, inherited: Memory | None = None) -> None:
        self.path = path
        self.lock = threading.Lock()
        # What could not be saved, a parent process cannot tell its child in any other way.
        self._written = inherited.known()[1] if inherited else _Known()
        self._read = self._written, self._written
        self._flight = Flight.past()

    def flight(self) -> Flight[OAuthTokens]:
        """Return the last refresh, which may be under way."""
        self._flight = flight = self._flight.last()
        return flight

    def known(self) -> tuple[_Known, _Known]:
        """Return what was last written, and what is known: that, or what was read since."""
        written, (basis, known) = self._written, self._read
        return written, known if basis is written else written

    def write(self, known: _Known) -> None:
        """Replace what is known; the caller holds the lock."""
        self._written = known

    def learn(self, known: _Known, written: _Known) -> None:
        """Note what was read without the lock, which counts unless more was written meanwhile."""
        self._read = written, known


class Slot:
    """The tokens of one account.

    Plugins decide where they are kept. An account from elsewhere has a file of its own instead: a
    plugin that goes by the account's name would mix it up with an account of this machine.
    """

    def __init__(
        self,
        root: Path | None,
        host: Host,
        account: Account,
        memory: Memory,
        bind: Callable[[Account], Binding],
    ) -> None:
        """Describe the slot; nothing is read. Without a root it is in memory alone."""
        self.account = account
        self.memory = memory
        self._bind = bind
        self._root = root
        self._host = host
        self._origin = account.token_place
        self._prepared: FileTokenStore | None = None

    def read(self, *, before_refresh: bool = False) -> OAuthTokens | None:
        """Return the tokens from memory while the slot is in the version that they came from.

        A slot that plugins keep does not show a change, so that it is read before every refresh.
        """
        tokens = self._read(before_refresh)
        return tokens if tokens is not None and are_of(self.account, tokens) else None

    def _read(self, before_refresh: bool) -> OAuthTokens | None:
        (written, seen), version = self.memory.known(), self._version()
        is_blind = before_refresh and not self._shows_changes(version)
        is_same_version = seen.tokens is not None and seen.version == version
        if is_same_version and not (is_blind and self._may_differ(seen)):
            return seen.tokens
        known = _Known(self.load(), version)
        is_same_file = seen.version is not None and seen.version[0] == version[0]
        is_unsaved = seen.save_again_at is not None and not is_same_version
        if is_unsaved and is_same_file and newest(seen.tokens, known.tokens) is seen.tokens:
            # Only the account came with other tokens than before, and none that are newer.
            known = seen._replace(version=version)
        self.memory.learn(known, written)
        return known.tokens

    def _shows_changes(self, version: _Version) -> bool:
        is_file = self._origin is not None or self._host.keeps_in_file(self.account)
        return is_file and version[0] is not None

    def _may_differ(self, known: _Known) -> bool:
        """Return whether the slot may hold other tokens, or, of those unsaved, another login."""
        if known.tokens is None or known.save_again_at is None:
            return True
        try:
            stored = self.load()
        except MpError:
            return False
        return stored is not None and login_of(stored) != login_of(known.tokens)

    def load(self) -> OAuthTokens | None:
        """Return the stored tokens, or those the account came with if none are newer."""
        return self._seed if self._root is None else self._store().load()

    def save(self, tokens: OAuthTokens) -> str:
        """Keep the tokens and return where.

        Raises:
            ConfigError: They cannot be saved; the memory is as it was.
            SlotEmptiedError: The slot was emptied since it was prepared, and stays empty.
        """
        store = self._store()
        place = store.save(tokens)
        if self._prepared is not None and self._prepared.is_withdrawn():
            store.delete()
            raise emptied(self._prepared.path)
        self.memory.write(_Known(tokens, self._version()))
        return place

    @contextmanager
    def prepared(self, spent: OAuthTokens) -> Iterator[None]:
        """Have room for the tokens that take the place of others, which the block spends.

        A place that plugins look after, or that nobody can write to, shows no more than whether
        the slot is emptied meanwhile.

        Raises:
            ConfigError: There is no room, or it cannot be told.
        """
        if self._root is None:
            yield
            return
        file = self._file(self._root)
        is_ours = self._origin is not None or self._host.keeps_in_file(self.account)
        with file.prepared(spent, must_fit=is_ours):
            self._prepared = file
            try:
                yield
            finally:
                self._prepared = None

    def adopt(self, spent: OAuthTokens, again_at: datetime) -> OAuthTokens | None:
        """Return the tokens that a killed process bought with these, if it left them complete.

        Args:
            spent: Tokens of the slot; the caller holds the lock.
            again_at: When to try again to put them in place, where nobody can write now.

        Raises:
            ConfigError: They cannot be put in place for another reason.
        """
        path = self.memory.path
        left = None if path is None else adopt(path, fingerprint(spent))
        if left is None:
            return None
        stored = self.read()
        if stored is not None and fingerprint(stored) != fingerprint(spent):
            return stored
        self.keep_unsaved(left, again_at)
        return left

    def keep_unsaved(self, tokens: OAuthTokens, again_at: datetime) -> None:
        """Keep tokens that cannot be saved, as tokens of the present version of the slot."""
        _, known = self.memory.known()
        self.memory.write(known._replace(tokens=tokens, save_again_at=again_at))

    def forget(self) -> None:
        """Empty the memory."""
        self.memory.write(_Known())

    def delete(self) -> bool:
        """Empty slot and memory, and return whether there were tokens to delete."""
        self.forget()
        return self._root is not None and self._store().delete()

    def elsewhere(self) -> str | None:
        """Return where there is a login of no use, made while other plugins were in force."""
        if self._root is None or self._origin is not None:
            return None
        return PluginStore(self._host, self.account, self._file(self._root)).elsewhere()

    def leave_for(self, name: str) -> None:
        """Say in the file that its tokens go to an account of another name.

        Raises:
            ConfigError: It cannot be written.
        """
        if self._root is not None and self._host.keeps_in_file(self.account):
            self._file(self._root).leave_for(name)

    def is_due(self, now: datetime) -> bool:
        """Return whether it is time to try again to save tokens that could not be saved."""
        again_at = self.memory.known()[1].save_again_at
        return again_at is not None and again_at <= now

    def has_place(self) -> bool:
        """Return whether the directory of the slot is there."""
        return self.memory.path is not None and self.memory.path.parent.is_dir()

    @contextmanager
    def locked(
        self, *, timeout_s: float = TIMEOUT_S, gives_up: Callable[[], bool] = lambda: False
    ) -> Iterator[None]:
        """Hold the lock across threads and processes; where nobody can write, that of threads.

        Raises:
            LockBusyError: Another holds it for longer than the timeout.
            ConfigError: It cannot be had for another reason.
        """
        path, deadline = self.memory.path, Deadline(timeout_s)
        while not self.memory.lock.acquire(timeout=min(_POLL_S, deadline.left_s())):
            if gives_up() or not deadline.left_s():
                raise busy(path or Path("memory"), timeout_s)
        try:
            with (
                nullcontext()
                if path is None
                else locked_if_possible(
                    path, timeout_s=deadline.left_s() if timeout_s else 0, gives_up=gives_up
                )
            ):
                yield
        finally:
            self.memory.lock.release()

    @property
    def _seed(self) -> OAuthTokens | None:
        return self._origin.seed if self._origin else None

    def _store(self) -> TokenStore:
        if self._root is None:
            raise paths.no_home()
        file = self._prepared or self._file(self._root)
        return file if self._origin else PluginStore(self._host, self.account, file)

    def _file(self, root: Path) -> FileTokenStore:
        return FileTokenStore(root, self.account, self._bind(self.account))

    def _version(self) -> _Version:
        path = self.memory.path
        if path is None:
            return None, self._seed
        return files.stamp(path) or files.stamp(path.with_name(FILE)), self._seed
