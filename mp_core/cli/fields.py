"""The fields of a provider's model as options: whoever wrote the provider, one way to give them.

A secret is never a command-line value: it comes from stdin, a variable or a hidden prompt.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

import click

from mp_core import env as variables
from mp_core.cli import arguments
from mp_core.cli.command import GLOBAL, Command
from mp_core.cli.invocation import Invocation

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from mp_core.account_model import Account

_COMMON: Final = frozenset({"type", "name", "region", "default_project"})
_META: Final = "mp_core.cli.fields"
_TYPE: Final = "mp_core.cli.fields.type"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an account type, as an option.

    Attributes:
        name: Its name in the model.
        option: Its option, without the dashes.
        variable: The variable that may hold it, for a secret.
        is_secret: Whether it is a secret.
        is_required: Whether an account needs it.
        info: What the model says about it.
    """

    name: str
    option: str
    variable: str
    is_secret: bool
    is_required: bool
    info: FieldInfo

    def parameter(self) -> click.Option:
        """Return the option for the command line."""
        about = self.info.description or self.name.replace("_", " ")
        if self.is_secret:
            text = f"Read the {about} from stdin; else from {self.variable}, else ask."
            return click.Option([f"--{self.option}-stdin", _dest(self)], is_flag=True, help=text)
        text = f"{about[:1].upper()}{about[1:]}."
        return click.Option([f"--{self.option}", _dest(self)], help=text, **_kind(self.info))


def fields_of(model: type[Account]) -> list[Field]:
    """Return the fields that a type adds to those of every account."""
    taken = {name.lstrip("-") for option in GLOBAL for name in option.opts} | {"type", "region"}
    return [
        _field(name, info, taken)
        for name, info in model.model_fields.items()
        if name not in _COMMON
    ]


def _field(name: str, info: FieldInfo, taken: set[str]) -> Field:
    option = name.replace("_", "-")
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return Field(
        name=name,
        option=f"with-{option}" if option in taken else option,
        variable=str(extra.get("variable", f"MP_{name.upper()}")),
        is_secret=_mentions_secret(info.annotation),
        is_required=info.is_required(),
        info=info,
    )


def _mentions_secret(annotation: Any) -> bool:
    from pydantic import SecretBytes, SecretStr

    return annotation in (SecretStr, SecretBytes) or any(
        map(_mentions_secret, get_args(annotation))
    )


def _kind(info: FieldInfo) -> dict[str, Any]:
    """Return how an option of this field reads its value; pydantic has the last word on it."""
    kinds = [
        kind for kind in get_args(info.annotation) or [info.annotation] if kind is not type(None)
    ]
    if get_origin(info.annotation) is Literal:
        return {"type": click.Choice([str(value) for value in get_args(info.annotation)])}
    if info.annotation is bool:
        return {"is_flag": True, "default": None}
    if get_origin(info.annotation) in (list, tuple, Sequence):
        return {"multiple": True, "metavar": "TEXT …"}
    if any(kind in (str, int, float) for kind in kinds):
        return {"metavar": "TEXT"}
    return {"type": arguments.json_or_text, "metavar": "JSON"}


class FieldCommand(Command):
    """A command whose options depend on an account type, which a subclass finds."""

    def account_type(self, invocation: Invocation, args: Sequence[str]) -> str | None:
        """Return the account type that the arguments are about, or None."""
        raise NotImplementedError

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Add the type's options, then parse."""
        invocation = ctx.find_object(Invocation)
        type_ = self.account_type(invocation, args) if invocation else None
        if invocation and type_:
            ctx.meta[_TYPE] = type_
            ctx.meta[_META] = fields_of(invocation.context.registry.model(type_))
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's parameters and the type's options."""
        own: list[Field] = ctx.meta.get(_META, [])
        return [*(field.parameter() for field in own), *super().get_params(ctx)]


def named_type(args: Sequence[str]) -> str | None:
    """Return what `--type` names among arguments that are not parsed yet."""
    for at, argument in enumerate(args):
        if argument.startswith("--type="):
            return argument.removeprefix("--type=")
        if argument == "--type" and at + 1 < len(args):
            return args[at + 1]
    return None


def type_in_force() -> str | None:
    """Return the type whose options the present command takes, or None."""
    found: str | None = click.get_current_context().meta.get(_TYPE)
    return found


def given_fields(invocation: Invocation, values: dict[str, Any], *, is_new: bool) -> dict[str, Any]:
    """Return the fields with the values that were given, secrets included.

    Args:
        invocation: The run.
        values: What the command received as its other options.
        is_new: Whether secrets that were not given are looked for, in variable and prompt.
    """
    fields: list[Field] = click.get_current_context().meta.get(_META, [])
    given = {
        field.name: value
        for field in fields
        if not field.is_secret and (value := values.get(_dest(field))) not in (None, ())
    }
    from_stdin = [field for field in fields if field.is_secret and values.get(_dest(field))]
    if len(from_stdin) > 1:
        raise click.UsageError("Only one secret can come from stdin.")
    secrets = {field.name: _from_stdin(field) for field in from_stdin}
    if is_new:
        for field in fields:
            if field.is_secret and not secrets.get(field.name):
                secrets |= _looked_up(field, invocation, has_other=bool(given or secrets))
    return given | secrets


def _looked_up(field: Field, invocation: Invocation, *, has_other: bool) -> dict[str, str]:
    """Return a secret from its variable or a hidden prompt; an optional one gives way to others."""
    if has_other and not field.is_required:
        return {}
    value = variables.get(invocation.env, field.variable) or _asked(field)
    if value is None and field.is_required:
        raise click.UsageError(
            f"The {field.name} is missing: give it on stdin with --{field.option}-stdin,"
            f" or in {field.variable}."
        )
    return {} if value is None else {field.name: value}


def _asked(field: Field) -> str | None:
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    answer: str = click.prompt(
        field.name.replace("_", " ").capitalize(),
        hide_input=True,
        default="",
        show_default=False,
        err=True,
    )
    return answer or None


def _from_stdin(field: Field) -> str:
    if sys.stdin and sys.stdin.isatty():
        text = _asked(field) or ""
    else:
        text = sys.stdin.read() if sys.stdin else ""
    value = text.removesuffix("\n").removesuffix("\r")
    if value:
        return value
    raise click.UsageError(f"There is nothing on stdin for --{field.option}-stdin.")


def _dest(field: Field) -> str:
    return f"field_{field.name}"
