"""`mp account` itself, with its commands in the order of its help."""

from __future__ import annotations

import click

from mp_core.cli.base import Group
from mp_core.cli.commands.account.bridge import export_bridge, remove_bridge
from mp_core.cli.commands.account.choice import list_, show, use
from mp_core.cli.commands.account.credentials import login, logout, token
from mp_core.cli.commands.account.editing import add, remove, rename, update
from mp_core.cli.commands.account.verification import test


@click.group(cls=Group)
def command() -> None:
    """Who: accounts, their logins and their tokens.

    Examples:
      mp account list
      mp account use team
    """


for each in (
    *(list_, add, update, rename, remove, use, show),
    *(test, login, logout, token),
    *(export_bridge, remove_bridge),
):
    command.add_command(each)
