"""The fields of a provider's model as options: whoever wrote the provider, one way to give them.

A secret is never a command-line value: it comes from stdin, a variable or a hidden prompt.
"""

from __future__ import annotations

import abc
import contextlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

import click

from mp_core.cli.base import Command
from mp_core.cli.fields.option import Field, fields_of
from mp_core.cli.invocation import Invocation
from mp_core.errors import MpError

if TYPE_CHECKING:
    from mp_core.plugin._host.host import Host
    from mp_core.plugin.account import Account

_FIELDS: Final = "mp_core.cli.fields"
_TYPE: Final = "mp_core.cli.fields.type"


class FieldCommand(Command, abc.ABC):
    """A command whose options depend on an account type, which a subclass finds.

    Attributes:
        requires_fields: Whether the fields that an account needs have to be given.
        is_new: Whether a secret that is not given is looked for elsewhere.
    """

    requires_fields: ClassVar[bool] = False
    is_new: ClassVar[bool] = True
    allow_extra_args = True  # They are refused below, where they are not repeated.

    @abc.abstractmethod
    def account_type(self, invocation: Invocation, args: Sequence[str]) -> str | None:
        """Return the account type that the arguments are about, or None."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Add the type's options, then parse; a completion goes on without them."""
        try:
            with contextlib.redirect_stdout(sys.stderr):  # A plugin may print when it is loaded.
                self._find_fields(ctx, args)
        except (MpError, click.UsageError):
            if not ctx.resilient_parsing:
                raise
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise click.UsageError(
                "There is an argument too many, which is not repeated here: a secret is never an"
                " argument, but comes from stdin, a variable or a hidden prompt.",
                ctx,
            )
        return rest

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's parameters and the type's options."""
        options = (
            field.click_option(
                is_required=field.is_required and self.requires_fields, is_new=self.is_new
            )
            for field in fields_in_force(ctx)
        )
        return [*options, *super().get_params(ctx)]

    def _find_fields(self, ctx: click.Context, args: Sequence[str]) -> None:
        invocation = ctx.find_object(Invocation)
        type_ = self.account_type(invocation, args) if invocation else None
        if invocation and type_:
            ctx.meta[_TYPE] = type_
            ctx.meta[_FIELDS] = fields_of(_model(invocation.context.bare_host, type_))


def _model(host: Host, type_: str) -> type[Account]:
    known = host.types()
    if type_ not in known:
        import difflib

        if close := difflib.get_close_matches(type_, known, n=3):
            meant = " or ".join(close)
            raise click.UsageError(f"There is no account type {type_!r}. Did you mean {meant}?")
    return host.model(type_)


def named_type(args: Sequence[str]) -> str | None:
    """Return what `--type` names among arguments that are not parsed yet."""
    for at, argument in enumerate(args):
        if argument.startswith("--type="):
            return argument.removeprefix("--type=")
        if argument == "--type" and at + 1 < len(args):
            return args[at + 1]
    return None


def type_in_force(ctx: click.Context | None = None) -> str | None:
    """Return the type whose options a command takes, the present one by default, or None."""
    found: str | None = (ctx or click.get_current_context()).meta.get(_TYPE)
    return found


def fields_in_force(ctx: click.Context | None = None) -> list[Field]:
    """Return the fields whose options a command takes, the present one by default."""
    found: list[Field] = (ctx or click.get_current_context()).meta.get(_FIELDS, [])
    return found
