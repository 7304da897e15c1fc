"""`mp plugins`: which account types there are, where they come from, and how to write one."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mp_core.cli.base import Group, pass_invocation
from mp_core.cli.invocation import Invocation

if TYPE_CHECKING:
    from mp_core._runtime.inventory import Plugins, PluginSummary

_COLUMNS: Final = (
    "name",
    "kind",
    "distribution",
    "version",
    "contract",
    "status",
    "import_ms",
    "accounts",
    "reason",
)
_SHOWN: Final = ("name", "kind", "distribution", "version", "status", "accounts")


@click.group(cls=Group)
def command() -> None:
    """See which account types are installed, why one is not available, and write one.

    Examples:
      mp plugins list
      mp plugins new acme_sso
    """


@command.command("list")
@click.option("--load", is_flag=True, help="Load each of them, to see whether that works.")
@pass_invocation
def list_(invocation: Invocation, load: bool) -> None:
    """List the plugins that are installed, or that an account needs.

    Examples:
      mp plugins list
      mp plugins list --load -f json
    """
    installed = _plugins(invocation)
    plugins = installed.list(load=load)
    empty = 'No plugin is installed. For the usual account types: pip install "mp-core[providers]"'
    invocation.output.rows(map(_row, plugins), _COLUMNS, shown=_SHOWN, empty=empty)
    for plugin in plugins:
        if plugin.reason and invocation.format in (None, "table"):
            invocation.output.note(f"{plugin.name}: {plugin.reason}")
    for broken in installed.broken():
        heal = f" To heal it: {broken.fix}" if broken.fix else ""
        invocation.output.note(f"{broken.name} is broken: {broken.reason}{heal}")


@command.command("info")
@click.argument("name")
@pass_invocation
def info(invocation: Invocation, name: str) -> None:
    """Load one plugin and show all about it.

    Examples:
      mp plugins info acme_sso
      mp plugins info acme_sso -f json
    """
    invocation.output.record(_row(_plugins(invocation).show(name)))


def _plugins(invocation: Invocation) -> Plugins:
    from mp_core._runtime.inventory import Plugins

    return Plugins(invocation.context)


def _row(plugin: PluginSummary) -> dict[str, Any]:
    return plugin.model_dump(mode="json")


@command.command("new")
@click.argument("name")
@click.option("--in", "parent", default=".", metavar="DIR", help="Where its directory is made.")
@pass_invocation
def new(invocation: Invocation, name: str, parent: str) -> None:
    """Write the project of a new provider, which builds, installs and passes its tests as it is.

    Examples:
      mp plugins new acme_sso
      mp plugins new acme_sso --in ~/projects
    """
    from mp_core._scaffold.project import new_project

    root = new_project(name, Path(parent))
    invocation.output.done(
        f"Wrote {root}. To work on it: pip install -e {shlex.quote(f'{root}[dev]')}"
        f" && pytest {shlex.quote(str(root))}",
        {"name": name, "path": str(root)},
    )
