"""`mp logout`: the opposite of `mp login`."""

from __future__ import annotations

import click

from mp_core.cli.base import Command, account_name, pass_invocation
from mp_core.cli.commands.account.credentials import confirm_logout
from mp_core.cli.invocation import Invocation
from mp_core.errors import MpError

_COLUMNS = ("account_name", "revoked", "deleted")


@click.command(cls=Command)
@account_name
@click.option("--all", "all_", is_flag=True, help="Log every account out.")
@pass_invocation
def command(invocation: Invocation, name: str | None, all_: bool) -> None:
    """Revoke logins where that is possible, and delete their tokens in any case.

    Without a NAME, the account in force is logged out. Accounts stay configured.

    Examples:
      mp logout
      mp logout --all
    """
    if all_ and (name or invocation.account or invocation.target):
        raise click.UsageError("--all excludes the name of an account.")
    invocation.refuse("project", "workspace", why="a logout is that of an account")
    if not all_:
        confirm_logout(invocation, invocation.named_account(name) or _in_force(invocation))
        return
    accounts = invocation.accounts
    results = [accounts.logout(account.name) for account in accounts.list()]
    invocation.output.rows((result.model_dump(mode="json") for result in results), _COLUMNS)


def _in_force(invocation: Invocation) -> str:
    """Return the account in force, which must be a configured one.

    Raises:
        MpError: It comes from the environment or a bridge, which a logout does not reach.
    """
    account = invocation.account_in_force()
    if account.name in invocation.context.config().account_names() and account.token_place is None:
        return account.name
    raise MpError(
        f"Account {account.name!r} is not in the configuration, so that it cannot be logged out.",
        hint="Name another one: mp logout NAME",
        code="NOT_CONFIGURED",
    )
