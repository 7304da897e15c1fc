"""One field of a provider's model as an option, whoever wrote the provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union
from typing import get_args as arguments_of
from typing import get_origin as origin_of

import click

from mp_core.cli import arguments
from mp_core.cli.options import GLOBAL

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from mp_core.plugin.account import Account


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
    from mp_core.plugin._fields import COMMON

    taken = {name.lstrip("-") for option in GLOBAL for name in option.opts} | {"type", "region"}
    return [
        _field(name, info, taken) for name, info in model.model_fields.items() if name not in COMMON
    ]


def _field(name: str, info: FieldInfo, taken: set[str]) -> Field:
    from mp_core.plugin._fields import is_secret, variable_of

    option = name.replace("_", "-")
    return Field(
        name=name,
        option=f"with-{option}" if option in taken else option,
        variable=variable_of(name, info),
        is_secret=is_secret(info),
        is_required=info.is_required(),
        info=info,
    )


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
