"""`mp account test`: whether Mixpanel takes the credential of an account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from mp_core.cli.base import Command, account_name, pass_invocation
from mp_core.cli.failures import AUTHENTICATION
from mp_core.cli.invocation import Invocation

if TYPE_CHECKING:
    from mp_core._accounts.results import AccountTestResult

_PARALLEL: Final = 8
_COLUMNS: Final = ("account_name", "ok", "user", "accessible_project_count", "error")
_SHOWN: Final = ("account", "works", "user", "projects")


@click.command("test", cls=Command)
@account_name
@click.option("--all", "all_", is_flag=True, help="Test every account, several at a time.")
@pass_invocation
def test(invocation: Invocation, name: str | None, all_: bool) -> None:
    """Ask Mixpanel who an account is; the exit code tells whether that worked.

    It is 0 when all that were tested work, and 2 when one does not.

    Examples:
      mp account test
      mp account test --all -f jsonl
    """
    if all_ and (name or invocation.account or invocation.target):
        raise click.UsageError("--all excludes the name of an account.")
    if all_:
        results = _test_all(invocation)
        _show_all(invocation, results)
    else:
        results = [invocation.accounts.test(invocation.named_account(name))]
        invocation.output.record(results[0].model_dump(mode="json"), shown=_shown(results[0]))
    _say_what_failed(invocation, results)
    if not all(result.ok for result in results):
        raise click.exceptions.Exit(AUTHENTICATION)


def _test_all(invocation: Invocation) -> list[AccountTestResult]:
    from concurrent.futures import ThreadPoolExecutor

    accounts = invocation.accounts
    names = [account.name for account in accounts.list()]
    with ThreadPoolExecutor(_PARALLEL) as pool:
        results = pool.map(accounts.test, names)
        return list(invocation.output.progress(results, len(names), "Testing accounts"))


def _show_all(invocation: Invocation, results: Sequence[AccountTestResult]) -> None:
    if invocation.output.is_table:
        invocation.output.rows(map(_shown, results), _SHOWN, empty="There are no accounts yet.")
    else:
        invocation.output.rows((result.model_dump(mode="json") for result in results), _COLUMNS)


def _shown(result: AccountTestResult) -> dict[str, Any]:
    """Return what a person sees of a result; what failed is said apart."""
    return {
        "account": result.account_name,
        "works": "yes" if result.ok else "no",
        "user": result.user and (result.user.email or result.user.id),
        "projects": result.accessible_project_count,
    }


def _say_what_failed(invocation: Invocation, results: Sequence[AccountTestResult]) -> None:
    for result in results:
        if result.error and invocation.output.is_table:
            invocation.output.error(f"{result.account_name}: {result.error}".removeprefix(": "))
