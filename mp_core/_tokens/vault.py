"""The life of a bearer: kept in memory and in its slot, refreshed by one caller for all.

A caller that finds the token stale takes the account's lock (threads and processes), reads the slot
again, adopts what another has stored meanwhile, and only else asks the provider for new tokens.
"""

from __future__ import annotations

import copy
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mp_core._storage.locks import TIMEOUT_S, LockBusyError
from mp_core._tokens.binding import Binding, unconfigured
from mp_core._tokens.lineage import continued, fetched_for
from mp_core._tokens.slot import Memory, Slot
from mp_core._tokens.store import token_file
from mp_core._values.commands import way_back
from mp_core.errors import CredentialWarning, MpError, OAuthError
from mp_core.plugin._host.host import Host
from mp_core.plugin.tokens import REFRESH_ERROR, REFRESH_REVOKED, TOKEN_ERROR, OAuthTokens

if TYPE_CHECKING:
    import httpx

    from mp_core.plugin.account import Account

Clock = Callable[[], datetime]
HttpFactory = Callable[["Account"], "httpx.Client"]

_SAVE_AGAIN: Final = timedelta(seconds=10)
"""Pause between two attempts to save tokens that cannot be saved."""


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class TokenVault:
    """The bearers of every account whose type asks for them, below one storage root."""

    def __init__(
        self,
        root: Path | None,
        host: Host,
        *,
        http: HttpFactory,
        bind: Callable[[Account], Binding] = unconfigured,
        clock: Clock = utc_now,
        patience_s: float = TIMEOUT_S,
    ) -> None:
        """Take the surroundings; nothing is read. Without a root, tokens live in memory only.

        Args:
            root: The storage root.
            host: Knows how tokens are refreshed and kept.
            http: Makes the client for a refresh.
            bind: Says what the files of an account belong to.
            clock: Returns the time.
            patience_s: Longest wait for another process that refreshes.
        """
        self._root = root
        self._host = host
        self._http = http
        self._bind = bind
        self._clock = clock
        self._patience_s = patience_s
        self._memories: dict[tuple[object, ...], Memory] = {}

    def access_token(self, account: Account, *, rejected: str | None = None) -> str:
        """Return a bearer that is fresh, refreshed at most once for all who ask.

        Args:
            account: Whose.
            rejected: The very token that the server refused with 401; it counts as stale.

        Raises:
            OAuthError: There is none, or it cannot be refreshed.
        """
        return self.tokens(account, rejected=rejected).access_token.get_secret_value()

    def tokens(self, account: Account, *, rejected: str | None = None) -> OAuthTokens:
        """Return the tokens whose access token `access_token` returns."""
        slot = self.slot(account)
        memory, seen = slot.memory, slot.memory.failures
        tokens = slot.read()
        if tokens is None and not self._host.can_fetch(account):
            raise _no_tokens(account)
        if tokens is not None and self._is_fresh(tokens, rejected):
            self._save_again(slot)
            return tokens
        with memory.lock:
            if memory.failure is None or memory.failures == seen:
                return self._attempt(slot, rejected)
            # Somebody has tried in vain while this caller was waiting.
            return self._despite(copy.copy(memory.failure), slot, rejected)

    def peek(self, account: Account) -> OAuthTokens | None:
        """Return the tokens as they are stored, expired or not, or None."""
        return self.slot(account).read()

    def store(self, account: Account, tokens: OAuthTokens) -> str:
        """Keep the tokens of a new login and return where they are now."""
        slot = self.slot(account)
        with slot.memory.lock, slot.locked():
            return slot.save(tokens)

    def revoke(self, account: Account) -> bool:
        """Ask the server to revoke the account's tokens; return whether it has. Never raises."""
        try:
            if (tokens := self.peek(account)) is None:
                return False
            http = self._http(account)
        except MpError:
            return False
        with http:
            return self._host.try_revoke(account, tokens, http)

    def discard(self, account: Account) -> bool:
        """Delete the account's tokens and return whether there were any."""
        slot = self.slot(account)
        with slot.memory.lock, slot.locked() if slot.has_place() else nullcontext():
            return slot.delete()

    def can_refresh(self, account: Account, tokens: OAuthTokens) -> bool:
        """Return whether new tokens can be had, without a person, when these have expired."""
        has_grant = tokens.refresh_token is not None and self._host.can_refresh(account)
        return has_grant or self._host.can_fetch(account)

    def _attempt(self, slot: Slot, rejected: str | None) -> OAuthTokens:
        slot.memory.failure = None
        try:
            return self._renewed(slot, rejected)
        except OAuthError as error:
            slot.memory.failures += 1
            slot.memory.failure = error
            return self._despite(error, slot, rejected)

    def _despite(self, failure: OAuthError, slot: Slot, rejected: str | None) -> OAuthTokens:
        """After a failure that may pass, a token that has not quite expired still serves."""
        tokens = slot.read()
        if tokens and failure.code == REFRESH_ERROR and self._left(tokens, rejected) > 0:
            return tokens
        raise failure

    def _renewed(self, slot: Slot, rejected: str | None) -> OAuthTokens:
        """Return what somebody else has stored meanwhile, or else new tokens."""
        tokens = slot.read()
        if tokens is not None and self._is_fresh(tokens, rejected):
            return tokens
        left_s = self._left(tokens, rejected)
        # A token that still serves is not waited for to its end.
        patience_s = min(self._patience_s, left_s / 2) if left_s > 0 else self._patience_s
        with _busy_is_transient(slot.account), slot.locked(timeout_s=patience_s):
            stale = slot.read(before_refresh=True)
            if stale is not None and self._is_fresh(stale, rejected):
                return stale
            return _uninterrupted(lambda: self._asked(slot, stale))

    def _left(self, tokens: OAuthTokens | None, rejected: str | None) -> float:
        """Return for how many seconds a token still serves."""
        if tokens is None or tokens.access_token.get_secret_value() == rejected:
            return 0
        return (tokens.expires_at - self._clock()).total_seconds()

    def _asked(self, slot: Slot, spent: OAuthTokens | None) -> OAuthTokens:
        """Return refreshed tokens, or else what the provider gets without a person."""
        can_fetch = self._host.can_fetch(slot.account)
        if spent is None and not can_fetch:
            raise _no_tokens(slot.account)
        try:
            if spent is not None and (spent.refresh_token or not can_fetch):
                return self._refresh(slot, spent)
        except OAuthError as error:
            if error.code == REFRESH_ERROR or not can_fetch:
                raise
        return self._fetch(slot)

    def _fetch(self, slot: Slot) -> OAuthTokens:
        account = slot.account
        with self._http(account) as http:
            fresh = self._host.fetch_tokens(account, http)
        if fresh is None:
            raise _no_tokens(account)
        return self._kept(slot, fetched_for(account, fresh))

    def _refresh(self, slot: Slot, spent: OAuthTokens) -> OAuthTokens:
        account = slot.account
        if spent.refresh_token is None or not self._host.can_refresh(account):
            raise _expired(account)
        with self._http(account) as http:
            try:
                fresh = self._host.refresh_tokens(account, spent, http)
            except OAuthError as error:
                return self._adopted(slot, spent, error)
        if fresh is None:
            raise _expired(account)
        return self._kept(slot, continued(spent, fresh))

    def _adopted(self, slot: Slot, spent: OAuthTokens, error: OAuthError) -> OAuthTokens:
        """After `invalid_grant`, return what somebody else stored meanwhile, or give up."""
        stored = slot.load()
        if error.code == REFRESH_REVOKED and stored is not None:
            is_new = stored.access_token != spent.access_token
            if is_new and self._is_fresh(stored, None):
                return stored
        if slot.account.token_place or (error.hint is None and self._host.has_login(slot.account)):
            again = "Try again; if it stays so: " if error.code == REFRESH_ERROR else ""
            error.hint = again + way_back(slot.account)
        raise error

    def _kept(self, slot: Slot, tokens: OAuthTokens) -> OAuthTokens:
        """Save new tokens, or warn that they cannot be saved, and return them in any case."""
        try:
            slot.save(tokens)
        except MpError as error:
            slot.keep_unsaved(tokens, self._clock() + _SAVE_AGAIN)
            warnings.warn(
                f"The refreshed tokens of account {slot.account.name!r} could not be saved and are"
                f" lost when this process ends: {error.message}",
                CredentialWarning,
                stacklevel=2,
            )
        return tokens

    def _save_again(self, slot: Slot) -> None:
        """Save what could not be saved before, when it is time to and nobody else is at it."""
        if not slot.is_due(self._clock()) or not slot.memory.lock.acquire(blocking=False):
            return
        try:
            with slot.locked(timeout_s=0):
                tokens = slot.read()
                if tokens is not None and slot.is_due(self._clock()):
                    slot.keep_unsaved(tokens, self._clock() + _SAVE_AGAIN)
                    slot.save(tokens)
        except MpError:
            return
        finally:
            slot.memory.lock.release()

    def _is_fresh(self, tokens: OAuthTokens, rejected: str | None) -> bool:
        if tokens.access_token.get_secret_value() == rejected:
            return False
        return not tokens.is_expired(now=self._clock())

    def slot(self, account: Account) -> Slot:
        """Return the slot of an account; nothing is read."""
        directory = place.directory if (place := account.token_place) else ""
        # A forked child starts anew: another thread of its parent may have held the lock.
        key = os.getpid(), account.name, account.type, account.region, directory
        memory = self._memories.get(key)
        if memory is None:
            path = token_file(self._root, account) if self._root else None
            memory = self._memories.setdefault(key, Memory(path))
        return Slot(self._root, self._host, account, memory, self._bind)


def _uninterrupted(work: Callable[[], OAuthTokens]) -> OAuthTokens:
    """Do the work out of reach of Ctrl-C, which strikes in the main thread alone.

    Between the server's answer and its being stored, an interruption would end the login: the old
    refresh token is spent. The interruption is raised when the work is done, a second one at once.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(work).result()


@contextmanager
def _busy_is_transient(account: Account) -> Iterator[None]:
    try:
        yield
    except LockBusyError as error:
        message = f"The token of account {account.name!r} was not refreshed: {error.message}"
        raise _failed(account, message, REFRESH_ERROR, error.hint) from None


def _no_tokens(account: Account) -> OAuthError:
    message = f"Account {account.name!r} is not logged in."
    return _failed(account, message, TOKEN_ERROR, way_back(account))


def _expired(account: Account) -> OAuthError:
    message = f"The login of account {account.name!r} has expired."
    return _failed(account, message, TOKEN_ERROR, way_back(account))


def _failed(account: Account, message: str, code: str, hint: str | None) -> OAuthError:
    details = {"account": account.name, "region": account.region}
    return OAuthError(message, hint=hint, code=code, details=details)
