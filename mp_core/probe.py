"""Asking Mixpanel who a credential belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mp_core.client import Call, MixpanelClient
from mp_core.context import Context
from mp_core.me import Me
from mp_core.models import Account, Project, Session

Probe = Callable[[Context, Account], Me]

_NO_PROJECT: Final = "0"
"""`/me` is about no project; a session has one all the same."""


def ask_me(context: Context, account: Account) -> Me:
    """Return the answer of `/me`, from the server.

    Raises:
        MpError: The credential cannot be had or is refused, or the server cannot be asked.
    """
    client = MixpanelClient(context)
    project = Project(id=account.default_project or _NO_PROJECT)
    session = Session(account=account, project=project)
    try:
        origin = f"account {account.name}"
        return Me.from_answer(client.send(Call("GET", "/me", {}), session, origin=origin))
    finally:
        client.close()
