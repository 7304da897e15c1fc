"""The TLS contexts of accounts, kept so that connections are used again."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import ssl

    from mp_core.plugin.account import Account

LIFETIME_S: Final = 300.0
"""How long one serves before its provider is asked anew: certificates are renewed."""

_MOST: Final = 64


class _Kept(NamedTuple):
    account: Account
    generation: int
    ends_s: float
    context: ssl.SSLContext


class TlsContexts:
    """What providers have made for accounts: one for an account as it is, with all its fields.

    Args:
        clock: Returns seconds that only grow.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: deque[_Kept] = deque(maxlen=_MOST)
        # One each, since a hook takes its time; it may ask for a context, too.
        self._locks: dict[str, threading.RLock] = {}

    def of(
        self, account: Account, generation: int, make: Callable[[], ssl.SSLContext | None]
    ) -> ssl.SSLContext | None:
        """Return the context of an account, made when there is none that serves.

        Args:
            account: Whose connections it secures.
            generation: Changes with the plugins that are loaded.
            make: Asks the provider; None means that the usual will do, and is not kept.
        """
        found = self._found(account, generation)
        if found is not None:
            return found
        with self._locks.setdefault(account.name, threading.RLock()):
            return self._found(account, generation) or self._made(account, generation, make)

    def _made(
        self, account: Account, generation: int, make: Callable[[], ssl.SSLContext | None]
    ) -> ssl.SSLContext | None:
        context = make()
        if context is not None:
            ends_s = self._clock() + LIFETIME_S
            self._kept.append(_Kept(account, generation, ends_s, context))
        return context

    def _found(self, account: Account, generation: int) -> ssl.SSLContext | None:
        now_s = self._clock()
        for kept in (*self._kept,)[::-1]:  # Another thread may be adding one.
            if kept.generation == generation and now_s < kept.ends_s and _is(kept, account):
                return kept.context
        return None


def _is(kept: _Kept, account: Account) -> bool:
    """Return whether it was made for this very account; that its name differs is seen at once."""
    if kept.account is account:
        return True
    return kept.account.name == account.name and kept.account == account
