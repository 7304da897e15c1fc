"""`mp plugins`: which account types there are, where they come from, and how to write one."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mp_core._scaffold.kind import DEFAULT, KINDS
from mp_core.cli.base import Command, Group, pass_invocation
from mp_core.cli.invocation import Invocation

if TYPE_CHECKING:
    from mp_core._runtime.activation import Activation
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
    """See which plugins there are and what they do, switch extensions on, and write a plugin.

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
    from mp_core.plugin._host.installers import USUAL, install_command

    installed = _plugins(invocation)
    plugins = installed.list(load=load)
    empty = f"No plugin is installed. For the usual account types: {install_command(USUAL)}"
    invocation.output.rows(map(_row, plugins), _COLUMNS, shown=_SHOWN, empty=empty)
    for plugin in plugins:
        is_amiss = plugin.reason is not None and plugin.status != "off"
        if is_amiss and invocation.format in (None, "table"):
            invocation.output.note(f"{plugin.name}: {plugin.reason}")
    for broken in installed.broken():
        heal = f" To heal it: {broken.fix}" if broken.fix else ""
        invocation.output.note(f"{broken.name} is broken: {broken.reason}{heal}")


@command.command("info")
@click.argument("name")
@pass_invocation
def info(invocation: Invocation, name: str) -> None:
    """Load one plugin and show all about it: hooks, fields, variables, contract version, file.

    Examples:
      mp plugins info acme_sso
      mp plugins info acme_sso -f json
    """
    row = _row(_plugins(invocation).show(name))
    texts = {
        "hooks": [*map(_hook_text, row["hooks"])],
        "fields": [*map(_field_text, row["fields"])],
        "is_required": row["is_required"] or None,
    }
    invocation.output.record(row, shown={**row, **texts})


@command.command("enable")
@click.argument("name")
@pass_invocation
def enable(invocation: Invocation, name: str) -> None:
    """Switch an extension on for the accounts of this configuration.

    It is loaded first: one that does not load is not switched on.

    Examples:
      mp plugins enable acme_policy
      mp plugins enable acme_policy -f json
    """
    done = _plugins(invocation).enable(name)
    text = f"Extension {name} is on." if done.has_changed else f"Extension {name} was on already."
    invocation.output.done(text, done.model_dump())
    _tell_of_logins(invocation, done)


@command.command("disable")
@click.argument("name")
@pass_invocation
def disable(invocation: Invocation, name: str) -> None:
    """Switch an extension off, also one that is not installed any more.

    Examples:
      mp plugins disable acme_policy
      mp plugins disable acme_policy -f json
    """
    done = _plugins(invocation).disable(name)
    invocation.output.done(f"Extension {name} {_outcome(done)}", done.model_dump())
    _tell_of_logins(invocation, done)


def _outcome(done: Activation) -> str:
    """Return what became of an extension that was to be switched off."""
    if not done.is_required:
        return "is off." if done.has_changed else "was off already."
    left = "was taken out of the configuration, and " if done.has_changed else ""
    return f"{left}stays on: MP_REQUIRE_EXTENSIONS names it."


def _tell_of_logins(invocation: Invocation, done: Activation) -> None:
    """Say whose login is in a store that is not asked any more."""
    if names := done.left_logins:
        logins = "login of account" if len(names) == 1 else "logins of accounts"
        invocation.output.note(
            f"The {logins} {', '.join(names)} stays behind in the other token store, and is not"
            f" used any more. Log in again: mp account login {names[0]}"
        )


def _hook_text(hook: Mapping[str, Any]) -> str:
    marks = [*(["wrapper"] if hook["is_wrapper"] else []), *filter(None, [hook["order"]])]
    return f"{hook['name']} ({', '.join(marks)})" if marks else str(hook["name"])


def _field_text(field: Mapping[str, Any]) -> str:
    marks = [mark for mark in ("required", "secret") if field[f"is_{mark}"]]
    return f"{field['name']} ({', '.join([field['type'], *marks])})"


def _plugins(invocation: Invocation) -> Plugins:
    from mp_core._runtime.inventory import Plugins

    return Plugins(invocation.context)


def _row(plugin: PluginSummary) -> dict[str, Any]:
    return plugin.model_dump(mode="json")


class _New(Command):
    """Lists the kinds of plugins as well, a line each."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the kinds, then the options."""
        with formatter.section("Kinds"):
            formatter.write_dl([(name, kind.summary) for name, kind in KINDS.items()])
        super().format_options(ctx, formatter)


@command.command("new", cls=_New)
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(tuple(KINDS)),
    default=DEFAULT,
    show_default=True,
    help="What it is.",
)
@click.option("--in", "parent", default=".", metavar="DIR", help="Where its directory is made.")
@pass_invocation
def new(invocation: Invocation, name: str, kind: str, parent: str) -> None:
    """Write the project of a plugin, which builds, installs and passes its tests as it is.

    NAME is the account type, or the name that an extension is switched on by. The project is made
    to be changed: its README says what to write where.

    Examples:
      mp plugins new acme_sso
      mp plugins new acme_sso --kind device
      mp plugins new acme_regions --kind policy --in ~/projects
    """
    from mp_core._scaffold.project import new_project

    root = new_project(name, Path(parent), kind)
    invocation.output.done(
        f"Wrote {root}. To work on it: pip install -e {shlex.quote(f'{root}[dev]')}"
        f" && pytest {shlex.quote(str(root))}",
        {"name": name, "kind": kind, "path": str(root)},
    )
