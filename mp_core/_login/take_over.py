"""Handing an account to another owner: only on purpose, and what then becomes of it."""

from __future__ import annotations

from mp_core._api.me import Me
from mp_core._api.mismatch import mismatch, named
from mp_core._api.owner import OwnerRecord
from mp_core._api.proof import Owner
from mp_core._config.document import ConfigDocument
from mp_core._login.terminal import Terminal
from mp_core._runtime.context import Context
from mp_core._values.commands import Retry
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account


def displaced_owner(
    context: Context, account: Account, me: Me, terminal: Terminal, retry: Retry, *, may: bool
) -> Owner | None:
    """Return the owner whose place somebody else takes on purpose; None where it is their own.

    A person at a terminal hands the account over by typing its name.

    Raises:
        OwnerMismatchError: It is not theirs, and was not handed over.
    """
    owner = OwnerRecord(context, account).displaced_by(me)
    if owner is None or may or _is_agreed(context, account, owner, me, terminal):
        return owner
    raise mismatch(account, owner.user, me, retry)


def _is_agreed(
    context: Context, account: Account, owner: Owner, me: Me, terminal: Terminal
) -> bool:
    if terminal.ask is None:
        return False
    terminal.say(
        f"Account {account.name} belongs to {named(owner.user)}, and this login to"
        f" {named(me.user)}.{_targets_of(context, account, ' Its targets would be theirs, too:')}"
    )
    question = f"To hand the account over, type its name; Enter leaves it to {named(owner.user)}:"
    try:
        return terminal.ask(question) == account.name
    except EOFError:
        return False


def say_taken_over(
    context: Context, account: Account, displaced: Owner, me: Me, terminal: Terminal
) -> None:
    """Say who the account is now, and what has come with it."""
    terminal.say(
        f"Account {account.name} now acts as {named(me.user)}; before it was"
        f" {named(displaced.user)}.{_targets_of(context, account, ' Its targets stay:')}"
    )


def say_inherited(context: Context, account: Account, terminal: Terminal) -> None:
    """Say which targets lead to a new account, because one of its name was removed before."""
    if targets := _targets_of(context, account, "These targets lead to the new account:"):
        terminal.say(targets)


def _targets_of(context: Context, account: Account, lead: str) -> str:
    names = _names(context.config(), account.name)
    return f"{lead} {', '.join(names)}." if names else ""


def _names(config: ConfigDocument, account: str) -> list[str]:
    try:
        return config.targets_of(account)
    except ConfigError:
        return []
