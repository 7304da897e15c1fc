"""The life of a bearer: kept in memory and in its slot, refreshed by one caller for all.

A caller that finds the token stale takes the account's lock (threads and processes), reads the slot
again, adopts what another has stored meanwhile, and only else asks the provider for new tokens.
"""

from __future__ import annotations

import copy
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mp_core import files, paths
from mp_core.errors import ConfigError, CredentialWarning, MpError, OAuthError
from mp_core.locks import LockBusyError, locked
from mp_core.registry import Registry
from mp_core.tokens import REFRESH_ERROR, REFRESH_REVOKED, TOKEN_ERROR, FileTokenStore, OAuthTokens

if TYPE_CHECKING:
    import httpx

    from mp_core.account_model import Account

Clock = Callable[[], datetime]
HttpFactory = Callable[["Account"], "httpx.Client"]
_Slot = tuple[str, str, str, str]


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass
class _Memory:
    """What one process knows of one slot."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    stamp: object = None
    tokens: OAuthTokens | None = None
    is_unsaved: bool = False
    attempts: int = 0
    failure: OAuthError | None = None


class TokenVault:
    """The bearers of every account that logs in, below one storage root."""

    def __init__(
        self,
        root: Path | None,
        registry: Registry,
        *,
        http: HttpFactory,
        clock: Clock = utc_now,
    ) -> None:
        """Take the surroundings; nothing is read. Without a root, tokens live in memory only."""
        self._root = root
        self._registry = registry
        self._http = http
        self._clock = clock
        self._memories: dict[_Slot, _Memory] = {}

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
        memory = self._memory(account)
        tokens = self._read(account, memory)
        if tokens is not None and self._is_fresh(tokens, rejected):
            return tokens
        seen = memory.attempts
        with memory.lock, self._process_lock(account):
            tokens = self._read(account, memory, before_refresh=True)
            if tokens is None:
                raise _no_tokens(account)
            if self._is_fresh(tokens, rejected):
                return tokens
            if memory.failure is not None and memory.attempts != seen:
                # Somebody has just tried, while this caller was waiting.
                raise copy.copy(memory.failure)
            return self._attempt(account, tokens, memory, rejected)

    def peek(self, account: Account) -> OAuthTokens | None:
        """Return the tokens as they are stored, expired or not, or None."""
        return self._read(account, self._memory(account))

    def store(self, account: Account, tokens: OAuthTokens) -> str:
        """Keep the tokens of a new login and return where they are now."""
        memory = self._memory(account)
        with memory.lock, self._process_lock(account):
            return self._save(account, tokens, memory)

    def revoke(self, account: Account) -> bool:
        """Ask the server to revoke the account's tokens; return whether it has. Never raises."""
        try:
            tokens = self.peek(account)
        except MpError:
            return False
        if tokens is None:
            return False
        with self._http(account) as http:
            return self._registry.try_revoke(account, tokens, http)

    def discard(self, account: Account) -> bool:
        """Delete the account's tokens and return whether there were any."""
        memory = self._memory(account)
        with memory.lock, self._process_lock(account):
            memory.tokens, memory.stamp, memory.is_unsaved = None, None, False
            if self._root is None:
                return False
            return self._registry.delete_tokens(account, self._slot(account))

    def can_refresh(self, account: Account, tokens: OAuthTokens) -> bool:
        """Return whether expired tokens can be traded for new ones."""
        return tokens.refresh_token is not None and self._registry.can_refresh(account)

    def _attempt(
        self, account: Account, stale: OAuthTokens, memory: _Memory, rejected: str | None
    ) -> OAuthTokens:
        """Refresh; when that fails for now, a token that has not quite expired still serves."""
        memory.attempts += 1
        try:
            memory.failure = None
            return self._refresh(account, stale, memory)
        except OAuthError as error:
            memory.failure = error
            is_alive = stale.access_token.get_secret_value() != rejected
            if error.code == REFRESH_ERROR and is_alive and stale.expires_at > self._clock():
                return stale
            raise

    def _refresh(self, account: Account, spent: OAuthTokens, memory: _Memory) -> OAuthTokens:
        if not self.can_refresh(account, spent):
            raise _expired(account)
        with self._http(account) as http:
            try:
                fresh = self._registry.refresh_tokens(account, spent, http)
            except OAuthError as error:
                return self._adopted(account, spent, error)
        if fresh is None:
            raise _expired(account)
        tokens = spent.continued_by(fresh)
        self._save_or_warn(account, tokens, memory)
        return tokens

    def _adopted(self, account: Account, spent: OAuthTokens, error: OAuthError) -> OAuthTokens:
        """After `invalid_grant`, return what somebody else stored meanwhile, or give up."""
        stored = self._load(account)
        is_new = stored is not None and stored.access_token != spent.access_token
        if error.code == REFRESH_REVOKED and stored is not None and is_new:
            return stored
        raise error

    def _save_or_warn(self, account: Account, tokens: OAuthTokens, memory: _Memory) -> None:
        try:
            self._save(account, tokens, memory)
        except ConfigError as error:
            memory.tokens, memory.is_unsaved = tokens, True
            warnings.warn(
                f"The refreshed tokens of account {account.name!r} could not be saved and are lost"
                f" when this process ends: {error.message}",
                CredentialWarning,
                stacklevel=2,
            )

    def _save(self, account: Account, tokens: OAuthTokens, memory: _Memory) -> str:
        place = self._registry.persist_tokens(account, tokens, self._slot(account))
        memory.tokens, memory.is_unsaved = tokens, False
        memory.stamp = self._stamp(account)
        return place

    def _read(
        self, account: Account, memory: _Memory, *, before_refresh: bool = False
    ) -> OAuthTokens | None:
        """Return the tokens from memory while the slot's file is the one they came from.

        A slot that is no file does not show a change, so that it is read before every refresh.
        """
        stamp = self._stamp(account)
        is_blind = before_refresh and stamp is None and not memory.is_unsaved
        if memory.tokens is not None and memory.stamp == stamp and not is_blind:
            return memory.tokens
        tokens = self._load(account)
        memory.tokens, memory.stamp, memory.is_unsaved = tokens, stamp, False
        return tokens

    def _load(self, account: Account) -> OAuthTokens | None:
        """Return the stored tokens, or those the account came with if they live longer."""
        stored = None
        if self._root is not None:
            stored = self._registry.load_tokens(account, self._slot(account))
        seed = account.slot.seed if account.slot else None
        known = [tokens for tokens in (seed, stored) if tokens is not None]
        return max(known, key=lambda tokens: tokens.expires_at, default=None)

    def _is_fresh(self, tokens: OAuthTokens, rejected: str | None) -> bool:
        if tokens.access_token.get_secret_value() == rejected:
            return False
        return not tokens.is_expired(now=self._clock())

    def _memory(self, account: Account) -> _Memory:
        directory = account.slot.directory if account.slot else ""
        key = account.name, account.type, account.region, directory
        return self._memories.setdefault(key, _Memory())

    def _slot(self, account: Account) -> FileTokenStore:
        if self._root is None:
            raise paths.no_home()
        return FileTokenStore(self._root, account)

    def _stamp(self, account: Account) -> object:
        return None if self._root is None else files.stamp(self._slot(account).path)

    @contextmanager
    def _process_lock(self, account: Account) -> Iterator[None]:
        """Hold the lock across processes; where none can be made, go on with the threads' lock."""
        if self._root is None:
            yield
            return
        with _locked_if_possible(self._slot(account).path):
            yield


@contextmanager
def _locked_if_possible(path: Path) -> Iterator[None]:
    lock = locked(path)
    try:
        lock.__enter__()
    except LockBusyError:
        raise
    except ConfigError:
        yield
        return
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def _no_tokens(account: Account) -> OAuthError:
    return _login_needed(account, f"Account {account.name!r} is not logged in.")


def _expired(account: Account) -> OAuthError:
    return _login_needed(account, f"The login of account {account.name!r} has expired.")


def _login_needed(account: Account, message: str) -> OAuthError:
    return OAuthError(
        message,
        hint=f"Log in: mp account login {account.name}",
        code=TOKEN_ERROR,
        details={"account": account.name, "region": account.region},
    )
