"""`mp project`: which data an account may read, and which project is used."""

from __future__ import annotations

from typing import Final

import click

from mp_core.cli import arguments
from mp_core.cli.base import Group, pass_invocation
from mp_core.cli.invocation import Invocation
from mp_core.errors import ConfigError

_COLUMNS: Final = ("id", "name", "organization_id", "timezone", "in_use")
_SHOWN: Final = {
    "id": "id",
    "name": "name",
    "organization_id": "organization",
    "timezone": "timezone",
    "in_use": "in use",
}


@click.group(cls=Group)
def command() -> None:
    """Which data: the projects of an account.

    Examples:
      mp project list
      mp project use 3018488
    """


@command.command("list")
@click.option("--refresh", is_flag=True, help="Ask the server, not the cache.")
@pass_invocation
def list_(invocation: Invocation, refresh: bool) -> None:
    """List the projects that the account may read.

    Examples:
      mp project list
      mp -a ci project list --refresh -f json
    """
    from mp_core._api.me_lookup import MeLookup

    me = MeLookup(invocation.context, invocation.account_in_force()).get(refresh=refresh)
    current = _current(invocation)
    rows = (
        {**project.model_dump(mode="json"), "in_use": project.id == current}
        for project in me.project_list()
    )
    empty = "This account may read no project."
    invocation.output.rows(rows, _COLUMNS, shown=_SHOWN, empty=empty)


def _current(invocation: Invocation) -> str | None:
    try:
        return invocation.resolution().session.project_id
    except ConfigError:
        return None


@command.command("use")
@click.argument("id_", metavar="ID", type=arguments.project_id)
@pass_invocation
def use(invocation: Invocation, id_: str) -> None:
    """Make a project the default one of the active account, or of the one that is named.

    Examples:
      mp project use 3018488
      mp --account other project use 777
    """
    invocation.refuse("project", why="the project is the ID")
    invocation.refuse("target", why="a target has a project of its own")
    name, active = invocation.named_account(), invocation.default_session.show().account
    if name in (None, active):
        invocation.default_session.use(project=id_, workspace=invocation.workspace)
        invocation.confirm_default(f"Project {id_} is the default of account {active}.")
    else:
        invocation.refuse(
            "workspace", why=f"a workspace is pinned for the active account, {active}"
        )
        changed = invocation.accounts.update(str(name), default_project=id_)
        invocation.output.done(
            f"Project {id_} is the default of account {name}.", changed.model_dump(mode="json")
        )


@command.command("show")
@pass_invocation
def show(invocation: Invocation) -> None:
    """Show the project in force, and why it is that one.

    Examples:
      mp project show
      mp -t ecom project show -f json
    """
    from mp_core._api.me_lookup import MeLookup

    resolution = invocation.resolution()
    session = resolution.session
    me = MeLookup(invocation.context, session.account).known()
    known = me.projects.get(session.project_id) if me else None
    invocation.output.record(
        {
            "id": session.project_id,
            "name": known.name if known else None,
            "account": session.account.name,
            "from": resolution.project.origin,
        }
    )
