"""Commands and groups that take the global options, before or after the command's own."""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Sequence
from typing import Any, Final, NoReturn

import click

from mp_core.cli.arguments import name
from mp_core.cli.completers import complete_accounts, complete_targets
from mp_core.cli.invocation import Invocation
from mp_core.cli.options import GLOBAL

_SUMMARY: Final = 200
"""Most characters of a command's first sentence in the list of commands."""


class _Base(click.Command):
    """What commands and groups share: the global options, and the form of the help."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's own parameters and the global ones."""
        return [*super().get_params(ctx), *GLOBAL]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the text, wrapped, and its examples as they stand."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self._help_parts()[0])
        with formatter.section("Examples"):
            for line in self.examples(ctx):
                formatter.write(f"  {line}\n")

    def examples(self, ctx: click.Context) -> list[str]:
        """Return command lines that show the use, one each."""
        return [line.strip() for line in self._help_parts()[1].splitlines()]

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first sentence of the help."""
        self._find_help()
        return super().get_short_help_str(limit)

    def _help_parts(self) -> tuple[str, str]:
        self._find_help()
        text, _, examples = inspect.cleandoc(self.help or "").partition("\n\nExamples:\n")
        return text, examples

    def _find_help(self) -> None:
        """Look for the help in the source, where the interpreter has dropped docstrings."""
        if self.help is None and self.callback is not None:
            from mp_core.cli.docstrings import written_docstring

            self.help = written_docstring(self.callback)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command's own options, then the global ones, explained once, at the root."""
        params = self.get_params(ctx)
        own = [param for param in params if isinstance(param, click.Option) and param not in GLOBAL]
        _write_options(ctx, formatter, "Options", own)
        if ctx.parent is None:
            _write_options(ctx, formatter, "Global options, before or after a command", GLOBAL)
        else:
            with formatter.section(f"Global options ({ctx.find_root().command_path} --help)"):
                names = (option.opts[0] for option in GLOBAL if not option.is_eager)
                formatter.write(f"  {', '.join(names)}\n")


def _write_options(
    ctx: click.Context,
    formatter: click.HelpFormatter,
    title: str,
    options: Sequence[click.Option],
) -> None:
    records = [record for option in options if (record := option.get_help_record(ctx))]
    with formatter.section(title):
        formatter.write_dl(records)


class Command(_Base):
    """A command that also takes the global options."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, unless its options contradict one another.

        What a plugin prints goes to stderr meanwhile: stdout is for data.
        """
        ctx.ensure_object(Invocation).check_axes()
        with contextlib.redirect_stdout(sys.stderr):
            return super().invoke(ctx)


class Group(_Base, click.Group):
    """A group of commands that also takes the global options."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order in which they were added."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command with the whole first sentence of its help."""
        rows = [
            (name, command.get_short_help_str(limit=_SUMMARY))
            for name, command in self.commands.items()
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

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
        import difflib

        close = difflib.get_close_matches(command, self.list_commands(ctx), n=3)
        meant = f" Did you mean {' or '.join(close)}?" if close else ""
        raise click.UsageError(f"There is no command {command!r}.{meant}", ctx)


pass_invocation = click.make_pass_decorator(Invocation)
"""Passes the invocation to a command as its first argument."""

account_name = click.argument("name", type=name, required=False, shell_complete=complete_accounts)
"""The account that a command is about, where an option may name it as well."""
target_name = click.argument("name", type=name, required=False, shell_complete=complete_targets)
"""The target that a command is about, where an option may name it as well."""
