"""`mp account login`, `logout` and `token`: the credential of an account."""

from __future__ import annotations

import click

from mp_core.cli.base import Command, account_name, pass_invocation
from mp_core.cli.invocation import Invocation
from mp_core.errors import AuthenticationError


@click.command("login", cls=Command)
@account_name
@click.option("--take-over", is_flag=True, help="Also as another person than its owner.")
@click.option("--no-browser", is_flag=True, help="Open no browser; paste the address it ends at.")
@pass_invocation
def login(invocation: Invocation, name: str | None, take_over: bool, no_browser: bool) -> None:
    """Log an account in, interactively.

    Somebody else than its owner is refused, unless --take-over hands the account to them.

    Examples:
      mp account login me
      mp account login me --no-browser
    """
    from mp_core.accounts import Accounts

    invocation.refuse("project", "workspace", why="a login is that of an account")
    name = invocation.required_account(name)
    accounts = Accounts(invocation.context, terminal=invocation.terminal)
    result = accounts.login(name, open_browser=not no_browser, take_over=take_over)
    who = f" as {result.user.email or result.user.id}" if result.user else ""
    invocation.output.done(f"Account {name} is logged in{who}.", result.model_dump(mode="json"))


@click.command("logout", cls=Command)
@account_name
@pass_invocation
def logout(invocation: Invocation, name: str | None) -> None:
    """Revoke an account's login where that is possible, and delete its tokens in any case.

    Examples:
      mp account logout me
      mp -a me account logout
    """
    invocation.refuse("project", "workspace", why="a logout is that of an account")
    confirm_logout(invocation, invocation.required_account(name))


def confirm_logout(invocation: Invocation, name: str) -> None:
    """Log an account out and say what that did, at the server and here."""
    result = invocation.accounts.logout(name)
    revoked = "revoked at the server" if result.revoked else "not revoked at the server"
    deleted = "deleted here" if result.deleted else "no tokens were stored here"
    invocation.output.done(f"Account {name}: {revoked}, {deleted}.", result.model_dump(mode="json"))


@click.command("token", cls=Command)
@account_name
@pass_invocation
def token(invocation: Invocation, name: str | None) -> None:
    """Print an account's bearer token, refreshed when it is stale.

    Examples:
      mp account token
      curl -H "Authorization: Bearer $(mp account token me)" https://mixpanel.com/api/app/me
    """
    bearer = invocation.accounts.token(invocation.named_account(name))
    if bearer is None:
        raise AuthenticationError(
            "This account has no bearer token: it proves itself another way.",
            hint="See its type: mp account show",
            code="NO_BEARER",
        )
    if invocation.output.is_table or invocation.format == "plain":
        invocation.output.text(bearer)
    else:
        invocation.output.record({"token": bearer})
