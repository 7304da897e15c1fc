"""Asking Mixpanel who a credential belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from mp_core._api.me_cache import MeCache
from mp_core._runtime.context import Context
from mp_core._values.session import Project, Session
from mp_core.plugin.account import Account
from mp_core.plugin.tokens import TokenResolver

if TYPE_CHECKING:
    from mp_core._api.me import Me

NO_PROJECT: Final = "0"
"""Stands where a project must, and none is known: `/me` is about none."""


class Probe(Protocol):
    """Asks who a credential belongs to."""

    def __call__(
        self, context: Context, account: Account, resolver: TokenResolver | None = None, /
    ) -> Me:
        """Return the answer of `/me`."""
        ...


def ask_me(context: Context, account: Account, resolver: TokenResolver | None = None, /) -> Me:
    """Return the answer of `/me`, from the server.

    Args:
        context: The surroundings.
        account: Whose credential.
        resolver: Finds the bearer, instead of the tokens on this machine.

    Raises:
        MpError: The credential cannot be had or is refused, or the server cannot be asked.
    """
    # Imported here, so that what asks nothing loads no HTTP library.
    from mp_core._api.client import Call, MixpanelClient
    from mp_core._api.me import Me

    client = MixpanelClient(context)
    project = Project(id=account.default_project or NO_PROJECT)
    session = Session(account=account, project=project)
    try:
        origin = f"account {account.name}"
        call = Call("GET", "/me", {})
        return Me.from_answer(client.send(call, session, origin=origin, resolver=resolver))
    finally:
        client.close()


def known_me(context: Context, account: Account, *, refresh: bool = False) -> Me:
    """Return the answer of `/me`, from the cache where it holds one for this very credential.

    Raises:
        MpError: See `ask_me`.
    """
    cache = MeCache(context, account)
    me = None if refresh else cache.get()
    if me is None:
        me = ask_me(context, account)
        cache.put(me)
    return me
