"""The options that every command takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import click

from mp_core._version import __version__
from mp_core.cli.arguments import name, project_id, workspace_id
from mp_core.cli.completers import complete_accounts, complete_projects, complete_targets
from mp_core.cli.invocation import Invocation
from mp_core.cli.output.requests import requests_told
from mp_core.cli.output.streams import FORMATS


def _noted(field: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Return what writes a global option, where it is given, to the invocation."""

    def note(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        if value not in (None, False):
            setattr(ctx.find_object(Invocation), field, value)

    return note


def _verbose(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    invocation = ctx.find_object(Invocation)
    if value and invocation and not invocation.is_verbose:
        invocation.is_verbose = True
        ctx.find_root().with_resource(requests_told(invocation))


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"mp {__version__}")
        ctx.exit()


def _value(field: str, *names: str, **attributes: Any) -> click.Option:
    return click.Option(names, callback=_noted(field), expose_value=False, **attributes)


def _flag(field: str, *names: str, help: str) -> click.Option:
    return _value(field, *names, is_flag=True, help=help)


GLOBAL: Final[Sequence[click.Option]] = (
    _value(
        "account",
        *("-a", "--account"),
        type=name,
        shell_complete=complete_accounts,
        help="Act as this account [MP_ACCOUNT].",
    ),
    _value(
        "project",
        *("-p", "--project"),
        type=project_id,
        shell_complete=complete_projects,
        help="Use this project.",
    ),
    _value("workspace", "-w", "--workspace", type=workspace_id, help="Use this workspace."),
    _value(
        "target",
        *("-t", "--target"),
        type=name,
        shell_complete=complete_targets,
        help="Use all three of a target [MP_TARGET].",
    ),
    _value(
        "format",
        *("-f", "--format"),
        type=click.Choice(FORMATS),
        metavar="FORMAT",
        help=f"Form of the data: {', '.join(FORMATS[:-1])} or {FORMATS[-1]}.",
    ),
    _flag(
        "ignores_env",
        "--no-env",
        help="Let no variable supply an identity, a project or a workspace.",
    ),
    _flag("ignores_plugins", "--no-plugins", help="Load no plugin."),
    _flag("is_quiet", "-q", "--quiet", help="Print data and errors only."),
    click.Option(
        ["-v", "--verbose"],
        is_flag=True,
        expose_value=False,
        callback=_verbose,
        help="Also say what is resolved and requested.",
    ),
    click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_version,
        help="Show the version.",
    ),
)
"""The options that every command takes."""
