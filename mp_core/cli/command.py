"""Commands and groups that take the global options, before or after the command's own."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn

import click

import mp_core
from mp_core.cli.arguments import name, project_id, workspace_id
from mp_core.cli.candidates import complete_accounts, complete_projects, complete_targets
from mp_core.cli.invocation import Invocation
from mp_core.cli.output import FORMATS


def _noted(field: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Return what writes a global option, where it is given, to the invocation."""

    def note(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        if value not in (None, False):
            setattr(ctx.find_object(Invocation), field, value)

    return note


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"mp {mp_core.__version__}")
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
    _value("format", "-f", "--format", type=click.Choice(FORMATS), help="Form of the data."),
    _flag("ignores_env", "--no-env", help="Let no variable select an identity."),
    _flag("ignores_plugins", "--no-plugins", help="Load no plugin."),
    _flag("is_quiet", "-q", "--quiet", help="Print data and errors only."),
    _flag("is_verbose", "-v", "--verbose", help="Also say what is being done."),
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


class _Base(click.Command):
    """What commands and groups share: the global options, and the form of the help."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's own parameters and the global ones."""
        return [*super().get_params(ctx), *GLOBAL]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the text, wrapped, and its examples as they stand."""
        text, _, examples = inspect.cleandoc(self.help or "").partition("\n\nExamples:\n")
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(text)
        if examples:
            with formatter.section("Examples"):
                for line in examples.splitlines():
                    formatter.write(f"{line}\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command's own options, then the global ones in a section of their own."""
        for title, is_global in (("Options", False), ("Global options", True)):
            records = [
                record
                for param in self.get_params(ctx)
                if isinstance(param, click.Option) and (param in GLOBAL) is is_global
                if (record := param.get_help_record(ctx))
            ]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class Command(_Base):
    """A command that also takes the global options."""


class Group(_Base, click.Group):
    """A group of commands that also takes the global options."""

    command_class = Command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, then the options."""
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command, or say which one may have been meant."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            self._unknown(ctx, args[0])
        return super().resolve_command(ctx, args)

    def _unknown(self, ctx: click.Context, command: str) -> NoReturn:
        close = difflib.get_close_matches(command, self.list_commands(ctx), n=3)
        meant = f" Did you mean {' or '.join(close)}?" if close else ""
        raise click.UsageError(f"There is no command {command!r}.{meant}", ctx)


pass_invocation = click.make_pass_decorator(Invocation)
"""Passes the invocation to a command as its first argument."""

account_name = click.argument("name", type=name, required=False, shell_complete=complete_accounts)
"""The account that a command is about, where an option may name it as well."""
target_name = click.argument("name", type=name, required=False, shell_complete=complete_targets)
"""The target that a command is about, where an option may name it as well."""
