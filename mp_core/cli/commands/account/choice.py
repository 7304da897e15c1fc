"""`mp account list`, `use` and `show`: which accounts there are, and which one is active."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from mp_core.cli.base import Command, account_name, pass_invocation
from mp_core.cli.invocation import Invocation

if TYPE_CHECKING:
    from mp_core._accounts.results import AccountSummary

_COLUMNS: Final = (
    *("name", "type", "region", "status", "is_active"),
    *("user_email", "project_id", "project_name"),
    *("referenced_by_targets", "expires_at", "reason"),
)
_SHOWN: Final = {name: name for name in _COLUMNS[:4]} | {
    "user_email": "acts as",
    "project_name": "project",
    "expires_at": "expires",
    "is_active": "active",
    "referenced_by_targets": "targets",
}


@click.command("list", cls=Command)
@pass_invocation
def list_(invocation: Invocation) -> None:
    """List the accounts, and whether each can be used.

    --account or --target selects one of them.

    Examples:
      mp account list
      mp account list -f json
    """
    only = invocation.chosen_account()
    accounts = [found for found in invocation.accounts.list() if only in (None, found.name)]
    invocation.output.rows(
        (account.model_dump() for account in accounts),
        _COLUMNS,
        shown=_SHOWN,
        empty="There are no accounts yet. Set one up: mp login, or mp account add --help",
    )
    _explain(invocation, accounts)


def _explain(invocation: Invocation, accounts: Sequence[AccountSummary]) -> None:
    """Say beside a table what its columns do not: why an account cannot be used."""
    for account in accounts:
        if account.reason and invocation.output.is_table:
            invocation.output.note(f"{account.name}: {account.reason}")


@click.command("use", cls=Command)
@account_name
@pass_invocation
def use(invocation: Invocation, name: str | None) -> None:
    """Make an account the active one, with the project and workspace that the options give.

    Examples:
      mp account use team
      mp account use team --project 3018488 --workspace 3448414
    """
    invocation.refuse("target", why="`mp target use` makes all three of a target the default")
    name = invocation.required_account(name)
    if invocation.project is None and invocation.workspace is None:
        invocation.accounts.use(name)
    else:
        invocation.default_session.use(
            account=name, project=invocation.project, workspace=invocation.workspace
        )
    invocation.confirm_default(f"Account {name} is the active one.")


@click.command("show", cls=Command)
@account_name
@pass_invocation
def show(invocation: Invocation, name: str | None) -> None:
    """Show one account, by default the one in force.

    Examples:
      mp account show
      mp account show team -f json
    """
    account = invocation.accounts.show(invocation.named_account(name))
    invocation.output.record(account.model_dump())
