"""Who a credential belongs to: the one place that asks, and that keeps what was answered."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mp_core._api.me_cache import MeCache
from mp_core._api.owner import OwnerRecord
from mp_core._bridge.headers import headers_of
from mp_core._runtime.context import Context
from mp_core._values.session import NO_PROJECT, Session
from mp_core.errors import AuthenticationError
from mp_core.plugin.account import Account
from mp_core.plugin.tokens import OAuthTokens

if TYPE_CHECKING:
    from mp_core._api.client import Call, Send
    from mp_core._api.me import Me


class MeLookup:
    """Tells who one credential is and what it may see.

    Whoever wants to know that asks here: to show it, to test a credential, and before a new one
    takes the place of another. It promises that

    - an answer is what Mixpanel said to this very credential, in the account's region; a refusal,
      no answer, or one of another shape is an error, and never an answer from before;
    - an answer is kept for this very credential: with another secret, login, region or address
      there is none, and accounts that are not configured leave nothing on disk;
    - an answer names a user, or it is none; one to the stored credential is held against the
      account's owner, and a proof by somebody else changes nothing;
    - a request is sent by `ask`, and by `get` where the cache has no answer that is believed; by
      nothing else.

    A credential that is not stored yet is tested with `ask`, then stored, then its answer is given
    to `keep`. So every test of a credential passes `ask`, and every answer to a new one `keep`.
    """

    def __init__(
        self, context: Context, account: Account, *, tokens: OAuthTokens | None = None
    ) -> None:
        """Take the credential; nothing is read.

        Args:
            context: The surroundings.
            account: Whose credential.
            tokens: The login that it consists of, instead of the one that is stored.
        """
        self.account = account
        self._context = context
        self._tokens = tokens
        self._cache = MeCache(context, account, tokens=tokens)
        self._owner = OwnerRecord(context, account)

    def get(self, *, refresh: bool = False, send: Send | None = None) -> Me:
        """Return the answer, from the cache unless it has none or it is to be refreshed.

        An answer is not kept when the credential has changed while it was on its way.

        Args:
            refresh: Whether to ask in any case.
            send: Sends a call as the account, instead of over a connection of its own.

        Raises:
            OwnerMismatchError: The stored credential is not that of the account's owner any more.
            MpError: See `ask`.
        """
        known = None if refresh else self.known()
        if known is not None:
            return known
        return self._cache.fetch(lambda: self.ask(send), self._owner.confirm)

    def known(self) -> Me | None:
        """Return the answer of the cache, or None where it has none that is believed."""
        return self._cache.get()

    def ask(self, send: Send | None = None) -> Me:
        """Return what the server answers now, and keep nothing.

        Args:
            send: See `get`.

        Raises:
            AuthenticationError: The credential is refused, or the answer names no user.
            MpError: The credential cannot be had, or the server cannot be asked.
        """
        # Imported here, so that what asks nothing loads no HTTP library.
        from mp_core._api.client import Call
        from mp_core._api.me import Me

        me = Me.from_answer((send or self._send)(Call("GET", "/me", {})))
        if me.user is None:
            raise _unproven(self.account)
        return me

    def keep(self, me: Me) -> None:
        """Remember what was answered to this credential, once it is stored."""
        self._cache.put(me)

    def fingerprint(self) -> str | None:
        """Return what stands for the credential as it is now, or None when it is not at hand."""
        return self._cache.fingerprint()

    def _send(self, call: Call) -> Any:
        from mp_core._api.client import MixpanelClient

        account = self.account
        session = Session(
            account=account,
            project=account.default_project or NO_PROJECT,
            headers=headers_of(self._context, account),
        )
        origin = f"account {account.name}"
        resolver = _Unstored(self._tokens) if self._tokens else None
        with closing(MixpanelClient(self._context)) as client:
            return client.send(call, session, origin=origin, resolver=resolver)


class MeLookups:
    """The lookups of every account that a workspace has used, kept across switches."""

    def __init__(self, context: Context) -> None:
        """Take the surroundings; nothing is read."""
        self._context = context
        self._known: dict[tuple[str, str, str], MeLookup] = {}

    def of(self, account: Account) -> MeLookup:
        """Return an account's lookup."""
        key = account.name, account.type, account.region
        lookup = self._known.get(key)
        if lookup is None or lookup.account != account:
            lookup = self._known[key] = MeLookup(self._context, account)
        return lookup


def _unproven(account: Account) -> AuthenticationError:
    return AuthenticationError(
        f"Mixpanel did not say whose credential account {account.name!r} has: its answer to /me"
        " names no user.",
        hint="Check the credential and the region, and that nothing between here and Mixpanel"
        " answers in its place.",
        code="NO_PROOF",
        details={"account": account.name, "region": account.region},
    )


@dataclass(frozen=True, slots=True)
class _Unstored:
    """Resolves to tokens that are not stored yet."""

    tokens: OAuthTokens

    def get_browser_token(self, name: str, region: str) -> str:
        return self.tokens.access_token.get_secret_value()

    def get_static_token(self, account: Account) -> str:
        return self.tokens.access_token.get_secret_value()
