"""The command `mp` itself: its groups, which load when they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from mp_core.cli.base import Group

_SECTIONS: Final[dict[str, dict[str, str]]] = {
    "Identities": {
        "login": "Set up an account that works, in one step.",
        "logout": "End logins.",
        "account": "Who: credentials, logins and tokens.",
        "project": "Which data: projects of an account.",
        "workspace": "Which view: workspaces of a project.",
        "target": "Named triples of account, project and workspace.",
        "session": "Show which identity is in force, and why.",
    },
    "Calls": {
        "inspect": "Look at what a project holds.",
        "query": "Ask a project for numbers.",
        "api": "Send any request as the identity in force.",
    },
    "Tools": {
        "plugins": "See what is installed, switch extensions on, and write a plugin.",
        "doctor": "Look for what may be wrong, and put it right.",
        "completion": "Print the completion script of a shell.",
        "help": "Show the help of a command, or the variables.",
        "demo": "Watch the main job run, without an account or a network.",
        "sandbox": "Run a small local Mixpanel to try things with.",
    },
}
_MODULES: Final = {"account": "account.group"}
"""The modules of the commands that have a package of their own."""
_SUMMARIES: Final = {name: text for rows in _SECTIONS.values() for name, text in rows.items()}


class Root(Group):
    """Loads the module of a command below `mp_core.cli.commands` when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(_SUMMARIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command `command` of the module of this name."""
        if cmd_name not in _SUMMARIES:
            return None
        module = import_module(f"mp_core.cli.commands.{_MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by section, without loading them."""
        for title, rows in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(rows.items()))


@click.command(cls=Root)
def root() -> None:
    """Accounts, projects and workspaces for Mixpanel.

    `mp` decides which credential, project and workspace a call uses, and shows why.

    Examples:
      mp account add ci --type TYPE --region us --default-project 3018488
      mp session
      mp -a ci inspect events
    """
