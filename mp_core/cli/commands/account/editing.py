"""`mp account add`, `update`, `rename` and `remove`: accounts as the configuration holds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from mp_core.cli import arguments
from mp_core.cli.base import Command, account_name, pass_invocation
from mp_core.cli.completers import complete_accounts
from mp_core.cli.fields.command import FieldCommand, fields_in_force, named_type, type_in_force
from mp_core.cli.fields.values import given_fields
from mp_core.cli.invocation import Invocation

if TYPE_CHECKING:
    from mp_core._accounts.results import AccountSummary


class _Add(FieldCommand):
    requires_fields = True

    def account_type(self, invocation: Invocation, args: Sequence[str]) -> str | None:
        """Return what `--type` names, without which no other option makes sense."""
        type_ = named_type(args)
        if type_ is None and "--help" not in args:
            types = ", ".join(invocation.context.bare_host.types()) or "none is installed"
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
        return [f"{line.replace('TYPE', words)}{source}" for line in lines[:1]]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Name the types that are installed."""
        invocation = ctx.find_object(Invocation)
        types = invocation.context.bare_host.types() if invocation else []
        with formatter.section("Types"):
            formatter.write_text(", ".join(types) or "None is installed.")
            formatter.write_text("Their fields: mp account add --type TYPE --help")


@click.command("add", cls=_Add)
@click.argument("name", type=arguments.name)
@click.option("--type", "type_", required=True, metavar="TYPE", help="The account type.")
@click.option("--region", type=arguments.region, required=True, help="Where its data lives.")
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
    targets = added.referenced_by_targets
    led = f" These targets lead to it: {', '.join(targets)}." if targets else ""
    invocation.output.done(f"Added account {name}{active}.{led}", added.model_dump())


class _Update(FieldCommand):
    is_new = False

    def account_type(self, invocation: Invocation, args: Sequence[str]) -> str | None:
        config = invocation.context.config()
        known = config.account_names()
        name = next((argument for argument in args if argument in known), invocation.account)
        kind = config.block(name).get("type") if name in known and name else None
        return kind if isinstance(kind, str) else None


@click.command("update", cls=_Update)
@account_name
@click.option("--region", type=arguments.region, help="Where its data lives.")
@click.option("--default-project", type=arguments.project_id, help="Its usual project.")
@click.option("--take-over", is_flag=True, help="Also to a credential of another owner.")
@pass_invocation
def update(
    invocation: Invocation,
    /,
    name: str | None,
    region: Any,
    default_project: str | None,
    take_over: bool,
    **values: Any,
) -> None:
    """Change what is given of an account.

    A new credential is tried before it replaces one that works, and one of another owner is
    refused unless --take-over hands the account to them.

    Examples:
      mp account update ci --default-project 3018489
      mp account update ci --help
    """
    invocation.refuse("workspace", why="an account has none")
    name = invocation.required_account(name)
    project = invocation.default_project(default_project)
    is_alone = region is None and project is None and not take_over
    fields = given_fields(invocation, values, is_new=False, is_alone=is_alone)
    if is_alone and not fields:
        raise click.UsageError("There is nothing to change: name what is to be another.")
    changed = invocation.accounts.update(
        name, region=region, default_project=project, take_over=take_over, **fields
    )
    owner = _owner(changed) if take_over else ""
    invocation.output.done(f"Updated account {name}{owner}.", changed.model_dump())


def _owner(account: AccountSummary) -> str:
    """Return whose an account is after a take-over, and what has come with it."""
    if account.user_email is None:
        return ""
    targets = ", ".join(account.referenced_by_targets)
    along = f"; its targets stay: {targets}" if targets else ""
    return f", which now acts as {account.user_email}{along}"


@click.command("rename", cls=Command)
@click.argument("old", type=arguments.name, shell_complete=complete_accounts)
@click.argument("new", type=arguments.name)
@pass_invocation
def rename(invocation: Invocation, old: str, new: str) -> None:
    """Give an account another name, with its login, its targets and its caches.

    Examples:
      mp account rename team analytics
      mp account rename me ada -f json
    """
    invocation.refuse("project", "workspace", why="the account is renamed as a whole")
    invocation.named_account(old)
    renamed = invocation.accounts.rename(old, new)
    targets = renamed.referenced_by_targets
    along = f" These targets use it now: {', '.join(targets)}." if targets else ""
    invocation.output.done(f"Account {old} is now {new}.{along}", renamed.model_dump())


@click.command("remove", cls=Command)
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
