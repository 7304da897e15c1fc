"""`mp help`: the help of a command, and the topics that belong to none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import click

from mp_core import _env as variables
from mp_core._warning import warn
from mp_core.cli.base import Command
from mp_core.cli.invocation import Invocation
from mp_core.errors import ConfigError

_COLUMNS: Final = ("variable", "is_set", "effect")
_ENVIRONMENT: Final = "environment"


@click.command(cls=Command)
@click.argument("words", metavar="[COMMAND …]", nargs=-1)
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Show the help of a command; `mp help environment` lists the variables.

    Examples:
      mp help account add
      mp help environment
    """
    invocation = ctx.ensure_object(Invocation)
    if words == (_ENVIRONMENT,):
        invocation.output.rows(_rows(invocation), _COLUMNS)
    else:
        invocation.output.text(_help_of(ctx.find_root(), words))


def _help_of(ctx: click.Context, words: tuple[str, ...]) -> str:
    """Return the help of the command that the words lead to."""
    for word in words:
        group = ctx.command
        if not isinstance(group, click.Group):
            raise click.UsageError(f"{ctx.command_path} has no commands.", ctx)
        name, found, _ = group.resolve_command(ctx, [word])
        assert found is not None  # An unknown one has been refused.
        ctx = click.Context(found, parent=ctx, info_name=name)
    return ctx.get_help()


def _rows(invocation: Invocation) -> Iterator[dict[str, Any]]:
    """Return every variable, its effect, and whether it is set; never its value."""
    known: Mapping[str, str] = {**variables.EFFECTS, **_of_providers(invocation)}
    for name, effect in known.items():
        yield {
            "variable": name,
            "is_set": bool(variables.get(invocation.env, name)),
            "effect": effect,
        }


def _of_providers(invocation: Invocation) -> dict[str, str]:
    """Return the variables with which the installed providers select an identity.

    Where an extension is required that is not there, nobody is asked, and that is said.
    """
    try:
        found = invocation.context.bare_host.accounts_from_env({})
    except ConfigError as error:
        warn(f"The variables of providers are not listed. {error.message}", stacklevel=2)
        return {}
    return {
        name: "Part of an identity in the environment: " + ", ".join(report.missing) + "."
        for report in found
        for name in report.missing
        if name not in variables.EFFECTS
    }
