"""The fields of a provider's model as options: whoever wrote the provider, one way to give them.

A secret is never a command-line value: it comes from stdin, a variable or a hidden prompt.
"""

from __future__ import annotations

import abc
import contextlib
import sys
from collections.abc import Mapping, Sequence, Set
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, NamedTuple, Union
from typing import get_args as arguments_of
from typing import get_origin as origin_of

import click

from mp_core.cli import arguments
from mp_core.cli.command import GLOBAL, Command
from mp_core.cli.invocation import Invocation
from mp_core.errors import MpError

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from mp_core.account_model import Account
    from mp_core.registry import Registry

_COMMON: Final = frozenset({"type", "name", "region", "default_project"})
_FIELDS: Final = "mp_core.cli.fields"
_TYPE: Final = "mp_core.cli.fields.type"


class Field(NamedTuple):
    """A field of an account type, as an option.

    Attributes:
        name: Its name in the model.
        option: Its option, without the dashes.
        variable: The variable that may hold it, for a secret.
        is_secret: Whether it is a secret, or holds one.
        is_required: Whether an account needs it.
        info: What the model says about it.
    """

    name: str
    option: str
    variable: str
    is_secret: bool
    is_required: bool
    info: FieldInfo

    @property
    def parameter(self) -> str:
        """The name under which a command receives its value."""
        return f"field_{self.name}"

    @property
    def about(self) -> str:
        """What it is, in words."""
        return self.info.description or self.name.replace("_", " ")

    @property
    def is_structured(self) -> bool:
        """Whether its value is more than a text, and is written as JSON."""
        return any(map(_is_structured, _kinds(self.info.annotation)))

    @property
    def example(self) -> str:
        """How it is given on a command line."""
        value = "-stdin" if self.is_secret else f" {self.name.upper()}"
        return f"--{self.option}{value}"

    def click_option(self, *, is_required: bool = False, is_new: bool = True) -> click.Option:
        """Return the option for the command line, of an account that is new or of a known one."""
        if self.is_secret:
            otherwise = f"else from {self.variable}, else ask" if is_new else "on a terminal, ask"
            text = f"Read the {self.about} from stdin; {otherwise}."
            return click.Option([f"--{self.option}-stdin", self.parameter], is_flag=True, help=text)
        default = self.info.default
        otherwise = f" Default: {default}." if isinstance(default, str | int | float) else ""
        text = f"{self.about[:1].upper()}{self.about[1:]}.{otherwise}"
        names, attributes = self._form()
        return click.Option([names, self.parameter], required=is_required, help=text, **attributes)

    def _form(self) -> tuple[str, dict[str, Any]]:
        """Return how the option is written and reads its value, which pydantic then judges."""
        name, kinds = f"--{self.option}", _kinds(self.info.annotation)
        if kinds == [bool]:
            return f"{name}/--no-{self.option}", {"default": None}
        if all(origin_of(kind) is Literal for kind in kinds):
            choices = [str(value) for kind in kinds for value in arguments_of(kind)]
            return name, {"type": click.Choice(choices)}
        if self.is_structured:
            return name, {"type": arguments.json_or_text, "metavar": "JSON"}
        return name, {"metavar": "TEXT", "multiple": any(map(_is_list, kinds))}


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
    """Return whether a value may be a secret or hold one, however deep."""
    from pydantic import BaseModel, SecretBytes, SecretStr

    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = [field.annotation for field in annotation.model_fields.values()]
    else:
        inner = [*arguments_of(annotation)]
    return annotation in (SecretStr, SecretBytes) or any(map(_mentions_secret, inner))


def _kinds(annotation: Any) -> list[Any]:
    """Return the types that a value may be of, without None and what annotates them."""
    if origin_of(annotation) is Annotated:
        return _kinds(arguments_of(annotation)[0])
    if origin_of(annotation) in (Union, UnionType):
        return [kind for part in arguments_of(annotation) for kind in _kinds(part)]
    return [] if annotation is NoneType else [annotation]


def _is_structured(kind: Any) -> bool:
    from pydantic import BaseModel

    inner = [part for argument in arguments_of(kind) for part in _kinds(argument)]
    return issubclass(_class(kind), Mapping | BaseModel) or any(map(_is_structured, inner))


def _is_list(kind: Any) -> bool:
    return kind not in (str, bytes) and issubclass(_class(kind), Sequence | Set)


def _class(kind: Any) -> type:
    found = origin_of(kind) or kind
    return found if isinstance(found, type) else object


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
            ctx.meta[_FIELDS] = fields_of(_model(invocation.context.registry, type_))


def _model(registry: Registry, type_: str) -> type[Account]:
    known = registry.types()
    if type_ not in known:
        import difflib

        if close := difflib.get_close_matches(type_, known, n=3):
            meant = " or ".join(close)
            raise click.UsageError(f"There is no account type {type_!r}. Did you mean {meant}?")
    return registry.model(type_)


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
