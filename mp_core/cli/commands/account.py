"""`mp account`: who is known here, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from mp_core.cli import arguments
from mp_core.cli.base import Group, account_name, pass_invocation
from mp_core.cli.commands.account_bridge import export_bridge, remove_bridge
from mp_core.cli.commands.account_credential import login, logout, test, token
from mp_core.cli.fields.command import FieldCommand, fields_in_force, named_type, type_in_force
from mp_core.cli.fields.values import given_fields
from mp_core.cli.invocation import Invocation

if TYPE_CHECKING:
    from mp_core._accounts.results import AccountSummary

REGIONS: Final = ("us", "eu", "in")
_COLUMNS: Final = (
    *("name", "type", "region", "status", "is_active"),
    *("referenced_by_targets", "expires_at", "reason"),
)
_SHOWN: Final = {name: name for name in _COLUMNS[:4]} | {
    "expires_at": "expires",
    "is_active": "active",
    "referenced_by_targets": "targets",
}


@click.group(cls=Group)
def command() -> None:
    """Who: accounts, their logins and their tokens.

    Examples:
      mp account list
      mp account use team
    """


@command.command("list")
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
        map(_row, accounts),
        _COLUMNS,
        shown=_SHOWN,
        empty="There are no accounts yet. Set one up: mp login, or mp account add --help",
    )
    _explain(invocation, accounts)


def _row(account: AccountSummary) -> dict[str, Any]:
    return account.model_dump()


def _explain(invocation: Invocation, accounts: Sequence[AccountSummary]) -> None:
    """Say beside a table what its columns do not: why an account cannot be used."""
    for account in accounts:
        if account.reason and invocation.output.is_table:
            invocation.output.note(f"{account.name}: {account.reason}")


class _Add(FieldCommand):
    requires_fields = True

    def account_type(self, invocation: Invocation, args: Sequence[str]) -> str | None:
        """Return what `--type` names, without which no other option makes sense."""
        type_ = named_type(args)
        if type_ is None and "--help" not in args:
            types = ", ".join(invocation.context.host.types()) or "none is installed"
            raise click.UsageError(f"Missing option '--type', one of: {types}.")
        return type_

    def examples(self, ctx: click.Context) -> list[str]:
        """Return those of the command, or one for the type that was named."""
        lines, type_ = super().examples(ctx), type_in_force(ctx)
        if type_ is None:
            return lines
        fields = [field for field in fields_in_force(ctx) if field.is_required or field.is_secret]
        source = " < secret.txt" if any(field.is_secret for field in fields) else ""
        words = " ".join([type_, *(field.example for field in fields)])
        return [f"{lines[0].replace('TYPE', words)}{source}"]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Name the types that are installed."""
        invocation = ctx.find_object(Invocation)
        types = invocation.context.host.types() if invocation else []
        with formatter.section("Types"):
            formatter.write_text(", ".join(types) or "None is installed.")
            formatter.write_text("Their fields: mp account add --type TYPE --help")


@command.command("add", cls=_Add)
@click.argument("name", type=arguments.name)
@click.option("--type", "type_", required=True, metavar="TYPE", help="The account type.")
@click.option("--region", type=click.Choice(REGIONS), required=True, help="Where its data lives.")
@click.option("--default-project", type=arguments.project_id, help="Its usual project.")
@pass_invocation
def add(
    invocation: Invocation,
    /,
    name: str,
    type_: str,
    region: Any,
    default_project: str | None,
    **values: Any,
) -> None:
    """Add an account; the first one becomes the active one.

    Examples:
      mp account add ci --type TYPE --region us --default-project 3018488
      mp account add --type TYPE --help
    """
    invocation.refuse("workspace", "target", why="an account has neither")
    invocation.named_account(name)
    project = invocation.default_project(default_project)
    fields = given_fields(invocation, values, is_new=True)
    added = invocation.accounts.add(
        name, type=type_, region=region, default_project=project, **fields
    )
    active = ", and made it the active one" if added.is_active else ""
    invocation.output.done(f"Added account {name}{active}.", _row(added))


class _Update(FieldCommand):
    is_new = False

    def account_type(self, invocation: Invocation, args: Sequence[str]) -> str | None:
        config = invocation.context.config()
        known = config.account_names()
        name = next((argument for argument in args if argument in known), invocation.account)
        kind = config.block(name).get("type") if name in known and name else None
        return kind if isinstance(kind, str) else None


@command.command("update", cls=_Update)
@account_name
@click.option("--region", type=click.Choice(REGIONS), help="Where its data lives.")
@click.option("--default-project", type=arguments.project_id, help="Its usual project.")
@pass_invocation
def update(
    invocation: Invocation,
    /,
    name: str | None,
    region: Any,
    default_project: str | None,
    **values: Any,
) -> None:
    """Change what is given of an account.

    A new credential is tried before it replaces one that works.

    Examples:
      mp account update ci --default-project 3018489
      mp account update ci --help
    """
    invocation.refuse("workspace", why="an account has none")
    name = invocation.required_account(name)
    project = invocation.default_project(default_project)
    fields = given_fields(invocation, values, is_new=False)
    if region is None and project is None and not fields:
        raise click.UsageError("There is nothing to change: name what is to be another.")
    changed = invocation.accounts.update(name, region=region, default_project=project, **fields)
    invocation.output.done(f"Updated account {name}.", _row(changed))


@command.command("remove")
@account_name
@click.option("--force", is_flag=True, help="Also when targets use it.")
@pass_invocation
def remove(invocation: Invocation, name: str | None, force: bool) -> None:
    """Remove an account with its tokens and caches.

    Examples:
      mp account remove old
      mp account remove old --force
    """
    invocation.refuse("project", "workspace", why="the account is removed as a whole")
    name = invocation.required_account(name)
    was_active = invocation.accounts.show(name).is_active
    orphaned = invocation.accounts.remove(name, force=force)
    left = f" These targets now lead nowhere: {', '.join(orphaned)}." if orphaned else ""
    active = " No account is active now: mp account use NAME" if was_active else ""
    invocation.output.done(
        f"Removed account {name}.{left}{active}", {"removed": name, "orphaned_targets": orphaned}
    )


@command.command("use")
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


@command.command("show")
@account_name
@pass_invocation
def show(invocation: Invocation, name: str | None) -> None:
    """Show one account, by default the one in force.

    Examples:
      mp account show
      mp account show team -f json
    """
    account = invocation.accounts.show(invocation.named_account(name))
    invocation.output.record(_row(account))


for each in (test, login, logout, token, export_bridge, remove_bridge):
    command.add_command(each)
