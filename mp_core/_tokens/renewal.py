"""One refresh: the only owner of the request and of the tokens that it brings.

It takes the account's lock (threads and processes), reads the slot again, adopts what another has
stored meanwhile or a killed process left, makes the place for new tokens ready, and only then asks
the provider for them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from mp_core._network.deadline import Deadline, bounded
from mp_core._storage.locks import LockBusyError
from mp_core._tokens.flight import CalledOffError, Flight
from mp_core._tokens.lineage import continued, fetched_for
from mp_core._tokens.refusals import expired, no_tokens, transient
from mp_core._tokens.slot import Slot
from mp_core._tokens.store import SlotEmptiedError
from mp_core._values.commands import way_back
from mp_core._warning import tell
from mp_core.errors import MpError, OAuthError
from mp_core.plugin._host.host import Host
from mp_core.plugin.tokens import REFRESH_ERROR, REFRESH_REVOKED, OAuthTokens

if TYPE_CHECKING:
    import httpx

    from mp_core.plugin.account import Account

Clock = Callable[[], datetime]
HttpFactory = Callable[["Account"], "httpx.Client"]

SAVE_AGAIN: Final = timedelta(seconds=10)
"""Pause between two attempts to save tokens that cannot be saved."""

_HARDLY_S: Final = 0.1
"""A token that expires as soon as this may have expired before whoever waits for it can use it."""


class StillServesError(Exception):
    """Another keeps the lock, and the old token served when the wait for it was over."""


class Renewal:
    """What a flight does for a slot whose tokens are stale."""

    def __init__(
        self,
        slot: Slot,
        host: Host,
        *,
        http: HttpFactory,
        on_renewal: Callable[[Account], None],
        clock: Clock,
        deadline: Deadline,
        rejected: str | None,
    ) -> None:
        """Take what is needed; nothing happens before the call."""
        self._slot = slot
        self._account = slot.account
        self._host = host
        self._http = http
        self._clock = clock
        self._deadline = deadline
        self._rejected = rejected
        self._on_renewal = on_renewal
        self._is_done = False

    def __call__(self, flight: Flight[OAuthTokens]) -> OAuthTokens:
        """Return what somebody else has stored meanwhile, or else new tokens.

        Raises:
            OAuthError: There are none.
            StillServesError: The lock was not to be had while the old token serves.
            ProviderError: An audit log that is required did not take it; the tokens are kept.
        """
        tokens = self._slot.read()
        if tokens is not None and self._is_fresh(tokens):
            return tokens
        with ExitStack() as held:
            with transient(self._account):
                self._lock(held, flight, tokens)
            tokens = self._renewed(flight)
        if self._is_done:
            self._on_renewal(self._account)
        return tokens

    def _lock(
        self, held: ExitStack, flight: Flight[OAuthTokens], tokens: OAuthTokens | None
    ) -> None:
        try:
            self._hold(held, flight, self._patience_s(tokens))
        except LockBusyError:
            if self._serves_s(tokens) > _HARDLY_S:
                raise StillServesError from None
            if not self._deadline.left_s():
                raise
            self._hold(held, flight, self._deadline.left_s())

    def _hold(self, held: ExitStack, flight: Flight[OAuthTokens], patience_s: float) -> None:
        try:
            lock = self._slot.locked(timeout_s=patience_s, gives_up=flight.is_off)
            held.enter_context(lock)
        except LockBusyError:
            if flight.is_off():
                raise CalledOffError from None
            raise

    def _renewed(self, flight: Flight[OAuthTokens]) -> OAuthTokens:
        stale = self._slot.read(before_refresh=True)
        if stale is not None and self._is_fresh(stale):
            return stale
        left = self._left(stale) if stale is not None else None
        if left is not None and self._is_fresh(left):
            return left
        flight.begin()
        return self._asked(left or stale)

    def _left(self, stale: OAuthTokens) -> OAuthTokens | None:
        with transient(self._account):
            return self._slot.adopt(stale, self._clock() + SAVE_AGAIN)

    def _patience_s(self, tokens: OAuthTokens | None) -> float:
        """Return how long to wait for the lock: a token that still serves not to its end."""
        deadline_s = self._deadline.left_s()
        serves_s = self._serves_s(tokens)
        return min(deadline_s, serves_s / 2) if serves_s > 0 else deadline_s

    def _serves_s(self, tokens: OAuthTokens | None) -> float:
        return left_s(tokens, self._rejected, self._clock)

    def _asked(self, spent: OAuthTokens | None) -> OAuthTokens:
        """Return refreshed tokens, or else what the provider gets without a person."""
        can_fetch = self._host.can_fetch(self._account)
        if spent is None and not can_fetch:
            raise no_tokens(self._account)
        try:
            if spent is not None and (spent.refresh_token or not can_fetch):
                return self._refreshed(spent)
        except OAuthError as error:
            if error.code == REFRESH_ERROR or not can_fetch:
                raise
        return self._fetched()

    def _fetched(self) -> OAuthTokens:
        with bounded(self._http(self._account), self._deadline) as http:
            fresh = self._host.fetch_tokens(self._account, http)
            if fresh is None:
                raise no_tokens(self._account)
            return self._kept(fetched_for(self._account, fresh), http)

    def _refreshed(self, spent: OAuthTokens) -> OAuthTokens:
        if spent.refresh_token is None or not self._host.can_refresh(self._account):
            raise expired(self._account)
        with ExitStack() as held:
            with transient(self._account):
                held.enter_context(self._slot.prepared(spent))
            http = held.enter_context(bounded(self._http(self._account), self._deadline))
            try:
                fresh = self._host.refresh_tokens(self._account, spent, http)
            except OAuthError as error:
                return self._adopted(spent, error)
            if fresh is None:
                raise expired(self._account)
            return self._kept(continued(spent, fresh), http)

    def _adopted(self, spent: OAuthTokens, error: OAuthError) -> OAuthTokens:
        """After `invalid_grant`, return what somebody else stored meanwhile, or give up."""
        stored = self._slot.load()
        if error.code == REFRESH_REVOKED and stored is not None:
            is_new = stored.access_token != spent.access_token
            if is_new and is_fresh(stored, None, self._clock):
                return stored
        if self._account.token_place:
            may_pass = error.code == REFRESH_ERROR
            error.hint = ("Try again; if it stays so: " if may_pass else "") + way_back(
                self._account
            )
        raise error

    def _kept(self, tokens: OAuthTokens, http: httpx.Client) -> OAuthTokens:
        """Save new tokens, or warn that they cannot be saved, and return them in any case."""
        # First of all where they survive a store that hangs, or panics.
        self._slot.keep_unsaved(tokens, self._clock() + SAVE_AGAIN)
        try:
            self._slot.save(tokens)
        except SlotEmptiedError:
            self._slot.forget()
            self._host.try_revoke(self._account, tokens, http)
            raise no_tokens(self._account) from None
        except MpError as error:
            tell(
                f"The refreshed tokens of account {self._account.name!r} could not be saved and are"
                f" lost when this process ends: {error.message}",
                stacklevel=2,
            )
        self._is_done = True
        return tokens

    def _is_fresh(self, tokens: OAuthTokens) -> bool:
        return is_fresh(tokens, self._rejected, self._clock)


def is_fresh(tokens: OAuthTokens, rejected: str | None, clock: Clock) -> bool:
    """Return whether tokens serve: neither refused by the server nor about to expire."""
    if tokens.access_token.get_secret_value() == rejected:
        return False
    return not tokens.is_expired(now=clock())


def left_s(tokens: OAuthTokens | None, rejected: str | None, clock: Clock) -> float:
    """Return for how many seconds a token still serves."""
    if tokens is None or tokens.access_token.get_secret_value() == rejected:
        return 0
    return (tokens.expires_at - clock()).total_seconds()
