"""The life of a bearer: kept in memory and in its slot, refreshed by one caller for all.

A caller that finds the token stale joins the refresh that is under way, or starts one. It waits for
it, and no more: what becomes of the caller is nothing to the refresh (see `flight` and `renewal`).
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mp_core._network.deadline import Deadline, bounded
from mp_core._storage.locks import TIMEOUT_S, LockBusyError
from mp_core._tokens.binding import Binding, unconfigured
from mp_core._tokens.flight import CalledOffError, Flight, NotFinishedError, T
from mp_core._tokens.refusals import no_tokens, not_refreshed
from mp_core._tokens.renewal import (
    SAVE_AGAIN,
    Clock,
    HttpFactory,
    Renewal,
    StillServesError,
    is_fresh,
    left_s,
)
from mp_core._tokens.slot import Memory, Slot
from mp_core._tokens.store import token_file
from mp_core.errors import MpError, OAuthError
from mp_core.plugin._host.host import Host
from mp_core.plugin.tokens import REFRESH_ERROR, OAuthTokens

if TYPE_CHECKING:
    from mp_core.plugin.account import Account


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
        on_renewal: Callable[[Account], None] = lambda account: None,
        clock: Clock = utc_now,
        patience_s: float = TIMEOUT_S,
    ) -> None:
        """Take the surroundings; nothing is read. Without a root, tokens live in memory only.

        Args:
            root: The storage root.
            host: Knows how tokens are refreshed and kept.
            http: Makes the client for a refresh.
            bind: Says what the files of an account belong to.
            on_renewal: Called when an account has new tokens, which are kept by then.
            clock: Returns the time.
            patience_s: The deadline of a refresh, and of a logout: whoever holds the lock, and
                however slowly the server sends, a caller waits no longer.
        """
        self._root = root
        self._host = host
        self._http = http
        self._bind = bind
        self._on_renewal = on_renewal
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
        seen = slot.memory.flight()
        tokens = slot.read()
        if tokens is None and not self._host.can_fetch(account):
            raise no_tokens(account, slot.elsewhere())
        if tokens is not None and is_fresh(tokens, rejected, self._clock):
            self._save_again(slot)
            return tokens
        try:
            return self._renewed(slot, rejected, seen)
        except OAuthError as error:
            return self._despite(error, slot, rejected)

    def peek(self, account: Account) -> OAuthTokens | None:
        """Return the tokens as they are stored, expired or not, or None."""
        return self.slot(account).read()

    def elsewhere(self, account: Account) -> str | None:
        """Return where there is a login of no use, made while other plugins were in force."""
        return self.slot(account).elsewhere()

    def store(self, account: Account, tokens: OAuthTokens) -> str:
        """Keep the tokens of a new login and return where they are now."""
        slot = self.slot(account)

        def save(flight: Flight[str]) -> str:
            with slot.locked(timeout_s=self._patience_s, gives_up=flight.is_off):
                flight.begin()
                return slot.save(tokens)

        return self._done(save, "saving the tokens")

    def revoke(self, account: Account) -> bool:
        """Ask the server to revoke the account's tokens; return whether it has. Never raises."""
        try:
            if (tokens := self.peek(account)) is None:
                return False
            http = self._http(account)
        except MpError:
            return False
        # The other half of a logout's deadline is for the lock.
        with bounded(http, Deadline(self._patience_s / 2)):
            return self._host.try_revoke(account, tokens, http)

    def discard(self, account: Account) -> bool:
        """Delete the account's tokens and return whether there were any.

        Who holds the lock for too long finds its draft gone, when it comes to save its tokens.
        """
        slot = self.slot(account)

        def delete(flight: Flight[bool]) -> bool:
            with ExitStack() as held:
                lock = slot.locked(timeout_s=self._patience_s / 2, gives_up=flight.is_off)
                if slot.has_place():
                    with suppress(LockBusyError):
                        held.enter_context(lock)
                flight.begin()
                return slot.delete()

        return self._done(delete, "deleting the tokens")

    def can_refresh(self, account: Account, tokens: OAuthTokens) -> bool:
        """Return whether new tokens can be had, without a person, when these have expired."""
        has_grant = tokens.refresh_token is not None and self._host.can_refresh(account)
        return has_grant or self._host.can_fetch(account)

    def _renewed(self, slot: Slot, rejected: str | None, seen: Flight[OAuthTokens]) -> OAuthTokens:
        """Return what the refresh brings that is under way, or began since, or begins now.

        One that began since brings what a refresh of one's own would, however short it lives.
        """
        asked = seen
        while True:
            mine = self._flight(slot, rejected)
            seen = flight = seen.or_else(mine)
            try:
                tokens = flight.result()
            except CalledOffError:
                continue
            except StillServesError:
                if serving := self._serving(slot, rejected):
                    return serving
                continue
            except NotFinishedError as error:
                raise not_refreshed(slot.account, error.message) from None
            except MpError as error:
                # A traceback belongs to one thread.
                raise error if flight is mine else copy.copy(error) from None
            is_old = tokens.access_token.get_secret_value() == rejected or flight is asked
            if flight is mine or not is_old or is_fresh(tokens, rejected, self._clock):
                return tokens

    def _flight(self, slot: Slot, rejected: str | None) -> Flight[OAuthTokens]:
        deadline = Deadline(self._patience_s)
        renewal = Renewal(
            slot,
            self._host,
            http=self._http,
            on_renewal=self._on_renewal,
            clock=self._clock,
            deadline=deadline,
            rejected=rejected,
        )
        return Flight(renewal, deadline, doing="finishing the refresh")

    def _despite(self, failure: OAuthError, slot: Slot, rejected: str | None) -> OAuthTokens:
        """After a failure that may pass, a token that has not quite expired still serves."""
        if failure.code == REFRESH_ERROR and (serving := self._serving(slot, rejected)):
            return serving
        raise failure

    def _serving(self, slot: Slot, rejected: str | None) -> OAuthTokens | None:
        """Return the token of a slot while it has not quite expired."""
        tokens = slot.read()
        return tokens if left_s(tokens, rejected, self._clock) > 0 else None

    def _save_again(self, slot: Slot) -> None:
        """Save what could not be saved before, when it is time to and nobody else is at it."""
        if not slot.is_due(self._clock()):
            return

        def save(flight: Flight[None]) -> None:
            with slot.locked(timeout_s=0):
                tokens = slot.read(before_refresh=True)
                if tokens is not None and slot.is_due(self._clock()):
                    flight.begin()
                    slot.keep_unsaved(tokens, self._clock() + SAVE_AGAIN)
                    slot.save(tokens)

        with suppress(MpError):
            self._done(save, "saving the tokens")

    def _done(self, work: Callable[[Flight[T]], T], doing: str) -> T:
        """Do what ends once it has begun; one that was called off is begun anew."""
        while True:
            with suppress(CalledOffError):
                return Flight(work, Deadline(self._patience_s), doing=doing).result()

    def slot(self, account: Account) -> Slot:
        """Return the slot of an account; nothing is read."""
        directory = place.directory if (place := account.token_place) else ""
        # A forked child starts anew: another thread of its parent may have held the lock.
        key = os.getpid(), account.name, account.type, account.region, directory
        memory = self._memories.get(key)
        if memory is None:
            path = token_file(self._root, account) if self._root else None
            memory = self._memories.setdefault(key, Memory(path, self._inherited(key)))
        return Slot(self._root, self._host, account, memory, self._bind)

    def _inherited(self, key: tuple[object, ...]) -> Memory | None:
        """Return what the nearest of the processes knew of a slot that this was forked from."""
        known = (
            each for other, each in reversed(list(self._memories.items())) if other[1:] == key[1:]
        )
        return next(known, None)
