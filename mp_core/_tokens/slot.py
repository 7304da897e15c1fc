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
from typing import TYPE_CHECKING, NamedTuple

from mp_core._storage import files, paths
from mp_core._storage.locks import TIMEOUT_S, locked_if_possible
from mp_core._tokens.binding import FOREIGN, Binding
from mp_core._tokens.lineage import are_of, is_fetched_for, newest
from mp_core._tokens.store import FileTokenStore
from mp_core.errors import MpError, OAuthError
from mp_core.plugin._host.host import Host
from mp_core.plugin.tokens import OAuthTokens, TokenStore

if TYPE_CHECKING:
    from mp_core.plugin.account import Account

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
    """What one process knows of one slot.

    Attributes:
        path: The slot's file, or None when there is no place for it.
        lock: Held by the thread that refreshes, saves or deletes.
        known: What the slot held.
        failures: Grows with every refresh that fails.
        failure: Why the last one failed, if it did.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.known = _Known()
        self.failures = 0
        self.failure: OAuthError | None = None
        self._guard = threading.Lock()

    def learn(self, known: _Known, *, instead_of: _Known | None = None) -> None:
        """Replace what is known; what was read without the lock only if nobody was faster."""
        with self._guard:
            if instead_of is None or self.known is instead_of:
                self.known = known


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

    def read(self, *, before_refresh: bool = False) -> OAuthTokens | None:
        """Return the tokens from memory while the slot is in the version that they came from.

        A slot that is no file does not show a change, so that it is read before every refresh.
        """
        tokens = self._read(before_refresh)
        return tokens if tokens is not None and are_of(self.account, tokens) else None

    def _read(self, before_refresh: bool) -> OAuthTokens | None:
        seen, version = self.memory.known, self._version()
        is_unsaved = seen.save_again_at is not None
        is_blind = before_refresh and version[0] is None and not is_unsaved
        if seen.tokens is not None and seen.version == version and not is_blind:
            return seen.tokens
        known = _Known(self.load(), version)
        is_same_file = seen.version is not None and seen.version[0] == version[0]
        if is_unsaved and is_same_file and newest(seen.tokens, known.tokens) is seen.tokens:
            # Only the account came with other tokens than before, and none that are newer.
            known = seen._replace(version=version)
        self.memory.learn(known, instead_of=seen)
        return known.tokens

    def load(self) -> OAuthTokens | None:
        """Return the stored tokens, or those the account came with if none are newer."""
        return self._seed if self._root is None else self._store().load()

    def save(self, tokens: OAuthTokens) -> str:
        """Keep the tokens and return where.

        Raises:
            ConfigError: They cannot be saved; the memory is as it was.
        """
        place = self._store().save(tokens)
        self.memory.learn(_Known(tokens, self._version()))
        return place

    def keep_unsaved(self, tokens: OAuthTokens, again_at: datetime) -> None:
        """Keep tokens that cannot be saved, as tokens of the present version of the slot."""
        known = self.memory.known._replace(tokens=tokens, save_again_at=again_at)
        self.memory.learn(known)

    def delete(self) -> bool:
        """Empty slot and memory, and return whether there were tokens to delete."""
        self.memory.learn(_Known())
        return self._root is not None and self._store().delete()

    def is_due(self, now: datetime) -> bool:
        """Return whether it is time to try again to save tokens that could not be saved."""
        again_at = self.memory.known.save_again_at
        return again_at is not None and again_at <= now

    def has_place(self) -> bool:
        """Return whether the directory of the slot is there."""
        return self.memory.path is not None and self.memory.path.parent.is_dir()

    @contextmanager
    def locked(self, *, timeout_s: float = TIMEOUT_S) -> Iterator[None]:
        """Hold the lock across processes; where none can be made, go on with the threads' lock.

        Raises:
            LockBusyError: Another process holds it for longer than the timeout.
        """
        path = self.memory.path
        with nullcontext() if path is None else locked_if_possible(path, timeout_s=timeout_s):
            yield

    @property
    def _seed(self) -> OAuthTokens | None:
        return self._origin.seed if self._origin else None

    def _store(self) -> TokenStore:
        if self._root is None:
            raise paths.no_home()
        file = FileTokenStore(self._root, self.account, self._bind(self.account))
        return file if self._origin else _PluginStore(self._host, self.account, file)

    def _version(self) -> _Version:
        path = self.memory.path
        return None if path is None else files.stamp(path), self._seed


class _PluginStore(NamedTuple):
    """A slot as the account's plugins keep it, by default in the file.

    A plugin may go by less than the key of the slot, as by the account's name alone: then tokens
    of another slot come back, which are used by nobody here, and stay where they are.
    """

    host: Host
    account: Account
    file: FileTokenStore

    @property
    def key(self) -> str:
        return self.file.key

    def load(self) -> OAuthTokens | None:
        tokens = self.host.load_tokens(self.account, self.file)
        if tokens is None or tokens.slot is None:
            return tokens
        is_same = is_fetched_for(self.account, tokens.login_id)
        if tokens.slot.partition(" ")[0] != self.key and not is_same:
            raise _elsewhere(self.account, tokens.slot, self.file.slot)
        return tokens.model_copy(update={"slot": None})

    def save(self, tokens: OAuthTokens) -> str:
        if (foreign := self._foreign()) is not None:
            raise foreign
        bound = tokens.model_copy(update={"slot": self.file.slot})
        return self.host.persist_tokens(self.account, bound, self.file)

    def delete(self) -> bool:
        self.file.check()
        if self._foreign() is not None:
            return self.file.delete()
        return self.host.delete_tokens(self.account, self.file)

    def _foreign(self) -> OAuthError | None:
        """Return what is said of tokens of another slot, where the plugin would touch them."""
        try:
            self.load()
        except OAuthError as error:
            return error if error.code == FOREIGN else None
        except MpError:
            return None
        return None


def _elsewhere(account: Account, theirs: str, mine: str) -> OAuthError:
    """Return the error for tokens that a plugin returned and that were stored in another slot."""
    sides = [_described(slot) for slot in (theirs, mine)]
    return OAuthError(
        f"What the token store holds for account {account.name!r} belongs to {sides[0]}, and this"
        f" is {sides[1]}; it was left as it is.",
        hint="Use a store that tells the two apart, by `store.key`"
        f" · or rename one of the two: mp account rename {account.name} NEW",
        code=FOREIGN,
        details={"account": account.name},
    )


def _described(slot: str) -> str:
    _, type_, region, config = (*slot.split(" ", 3), "", "", "")[:4]
    return f"the account of type {type_} and region {region} in {config}"
