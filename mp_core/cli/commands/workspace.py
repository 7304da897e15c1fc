"""`mp workspace`: which view of a project is used."""

from __future__ import annotations

from typing import Final

import click

from mp_core.cli import arguments
from mp_core.cli.base import Group, pass_invocation
from mp_core.cli.invocation import Invocation

_COLUMNS: Final = ("id", "name", "is_default", "project_id", "in_use")
_SHOWN: Final = ("id", "name", "is_default", "in_use")


@click.group(cls=Group)
def command() -> None:
    """Which view: the workspaces of a project.

    Examples:
      mp workspace list
      mp workspace use 3448414
    """


@command.command("list")
@click.option("--refresh", is_flag=True, help="Ask the server, not the cache.")
@pass_invocation
def list_(invocation: Invocation, refresh: bool) -> None:
    """List the workspaces of the project in force.

    Examples:
      mp workspace list
      mp -p 3018489 workspace list -f json
    """
    with invocation.open_workspace() as ws:
        pin = ws.session.workspace_id
        rows = [
            {**found.model_dump(mode="json"), "in_use": found.id == pin}
            for found in ws.workspaces(refresh=refresh)
        ]
    empty = f"Project {ws.session.project_id} has no workspace that this account can see."
    invocation.output.rows(rows, _COLUMNS, shown=_SHOWN, empty=empty)


@command.command("use")
@click.argument("id_", metavar="ID", type=arguments.workspace_id)
@pass_invocation
def use(invocation: Invocation, id_: int) -> None:
    """Pin a workspace for the active account and its default project.

    Examples:
      mp workspace use 3448414
      mp --project 3018488 workspace use 3448414
    """
    invocation.refuse("workspace", why="the workspace is the ID")
    invocation.refuse("target", why="a target has a workspace of its own, or none")
    name, active = invocation.named_account(), invocation.default_session.show().account
    if name not in (None, active):
        raise click.UsageError(
            f"A workspace is pinned for the active account, {active}. To switch and pin at once:"
            f" mp account use {name} --workspace {id_}"
        )
    invocation.default_session.use(project=invocation.project, workspace=id_)
    invocation.confirm_default(f"Workspace {id_} is pinned for account {active}.")


@command.command("show")
@pass_invocation
def show(invocation: Invocation) -> None:
    """Show the workspace in force, and why it is that one.

    Examples:
      mp workspace show
      mp -t ecom workspace show -f json
    """
    resolution = invocation.resolution()
    session = resolution.session
    if session.workspace is None and invocation.output.is_table:
        invocation.output.note(
            "No workspace is pinned; calls that need one use the project's default workspace."
        )
    invocation.output.record(
        {
            "id": session.workspace_id,
            "project": session.project_id,
            "account": session.account.name,
            "from": resolution.workspace.origin,
        }
    )
