"""`mp account test`, `login`, `logout` and `token`: what proves an account, and whether it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from mp_core.cli.command import Command, account_name, pass_invocation
from mp_core.cli.failures import AUTHENTICATION
from mp_core.cli.invocation import Invocation
from mp_core.errors import AuthenticationError

if TYPE_CHECKING:
    from mp_core.values import AccountTestResult

_PARALLEL: Final = 8
_COLUMNS: Final = ("account_name", "ok", "user", "accessible_project_count", "error")


@click.command("test", cls=Command)
@account_name
@click.option("--all", "all_", is_flag=True, help="Test every account, several at a time.")
@pass_invocation
def test(invocation: Invocation, name: str | None, all_: bool) -> None:
    """Ask Mixpanel who an account is; the exit code is 2 when that fails.

    Examples:
      mp account test
      mp account test --all -f jsonl
    """
    if all_ and name:
        raise click.UsageError("--all excludes a NAME.")
    if all_:
        results = _test_all(invocation)
        invocation.output.rows(map(_row, results), _COLUMNS)
    else:
        results = [invocation.accounts.test(invocation.named_account(name))]
        invocation.output.record(_row(results[0]))
    if not all(result.ok for result in results):
        raise click.exceptions.Exit(AUTHENTICATION)


def _test_all(invocation: Invocation) -> list[AccountTestResult]:
    from concurrent.futures import ThreadPoolExecutor

    accounts = invocation.accounts
    names = [account.name for account in accounts.list()]
    with ThreadPoolExecutor(_PARALLEL) as pool:
        return list(pool.map(accounts.test, names))


def _row(result: AccountTestResult) -> dict[str, Any]:
    return result.model_dump(mode="json")


@click.command("login", cls=Command)
@account_name
@click.option("--no-browser", is_flag=True, help="Open no browser; paste the address it ends at.")
@pass_invocation
def login(invocation: Invocation, name: str | None, no_browser: bool) -> None:
    """Log an account in, interactively.

    Examples:
      mp account login me
      mp account login me --no-browser
    """
    name = invocation.required_account(name)
    result = invocation.accounts.login(name, open_browser=not no_browser)
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
    if invocation.format in (None, "table", "plain"):
        click.echo(bearer)
    else:
        invocation.output.record({"token": bearer})
