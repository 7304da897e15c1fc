"""`mp target`: named triples of account, project and workspace."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import click

from mp_core.cli import arguments
from mp_core.cli.base import Group, pass_invocation, target_name
from mp_core.cli.invocation import Invocation

if TYPE_CHECKING:
    from mp_core._values.session import Target

_COLUMNS: Final = ("name", "account", "project", "workspace")


@click.group(cls=Group)
def command() -> None:
    """Named triples of account, project and workspace.

    Examples:
      mp target add ecom --account team --project 3018488 --workspace 3448414
      mp --target ecom inspect events
    """


@command.command("list")
@pass_invocation
def list_(invocation: Invocation) -> None:
    """List the targets.

    --account, --project, --workspace and --target select some of them.

    Examples:
      mp target list
      mp target list --account team -f csv
    """
    targets = filter(functools.partial(_is_asked_for, invocation), invocation.targets.list())
    empty = "There are no such targets. Add one: mp target add --help"
    invocation.output.rows(map(_row, targets), _COLUMNS, empty=empty)


def _is_asked_for(invocation: Invocation, target: Target) -> bool:
    return all(
        asked in (None, of_target)
        for asked, of_target in (
            (invocation.target, target.name),
            (invocation.account, target.account),
            (invocation.project, target.project),
            (invocation.workspace, target.workspace),
        )
    )


@command.command("add")
@click.argument("name", type=arguments.name)
@pass_invocation
def add(invocation: Invocation, name: str) -> None:
    """Add a target; what is not given comes from the session in force.

    Examples:
      mp target add ecom --account team --project 3018488 --workspace 3448414
      mp target add here
    """
    invocation.refuse("target", why="the target is the NAME")
    asked = invocation.asked
    account, project, workspace = asked.account, asked.project, asked.workspace
    if account is None or project is None:
        session = invocation.resolution().session
        is_whole = account is None and project in (None, session.project_id)
        account, project = account or session.account.name, project or session.project_id
        workspace = workspace or (session.workspace_id if is_whole else None)
    target = invocation.targets.add(name, account=account, project=project, workspace=workspace)
    pin = f", workspace {workspace}" if workspace else ""
    invocation.output.done(
        f"Added target {name}: account {account}, project {project}{pin}.", _row(target)
    )


@command.command("use")
@target_name
@pass_invocation
def use(invocation: Invocation, name: str | None) -> None:
    """Make a target's account, project and workspace the default.

    Examples:
      mp target use ecom
      mp --target ecom target use
    """
    target = invocation.targets.use(_named(invocation, name))
    pin = f", workspace {target.workspace}" if target.workspace else ""
    invocation.confirm_default(
        f"The default is account {target.account}, project {target.project}{pin}."
    )


@command.command("show")
@target_name
@pass_invocation
def show(invocation: Invocation, name: str | None) -> None:
    """Show one target.

    Examples:
      mp target show ecom
      mp target show ecom -f json
    """
    invocation.output.record(_row(invocation.targets.show(_named(invocation, name))))


@command.command("remove")
@target_name
@pass_invocation
def remove(invocation: Invocation, name: str | None) -> None:
    """Remove a target; its account stays.

    Examples:
      mp target remove ecom
      mp --target ecom target remove
    """
    name = _named(invocation, name)
    invocation.targets.remove(name)
    invocation.output.done(f"Removed target {name}.", {"removed": name})


def _named(invocation: Invocation, name: str | None) -> str:
    """Return the target that the argument or `--target` names, and refuse to change its axes."""
    invocation.refuse("account", "project", "workspace", why="a target has its own")
    if name is not None and invocation.target not in (None, name):
        raise click.UsageError(f"{name!r} and --target {invocation.target} differ.")
    found = name or invocation.asked.target
    if found is None:
        raise click.UsageError("Name the target: its NAME, or --target. See: mp target list")
    return found


def _row(target: Target) -> dict[str, Any]:
    return target.model_dump(mode="json")
