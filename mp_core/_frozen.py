"""The base of every model: frozen, closed to unknown fields, and silent about its input."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, dataclass_transform

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema

if TYPE_CHECKING:
    from pydantic import Field, GetCoreSchemaHandler, PrivateAttr
    from pydantic._internal._model_construction import ModelMetaclass

    @dataclass_transform(
        kw_only_default=True, frozen_default=True, field_specifiers=(Field, PrivateAttr)
    )
    class _FrozenMeta(ModelMetaclass):
        """Says that fields are read-only, so that a subclass may narrow the type of one."""

else:
    _FrozenMeta = type(BaseModel)

with contextlib.suppress(Exception):
    # With its first model, and never again, pydantic reads the entry points of all distributions.
    # One that is broken makes it raise, or warn; this is a model that nobody needs.
    create_model("First")


class Frozen(BaseModel, metaclass=_FrozenMeta):
    """A frozen model that forbids unknown fields and keeps its input, maybe a secret, to itself.

    `hide_input_in_errors` covers the text of a `ValidationError`; the outermost validator here
    takes the input out of `ValidationError.errors()` as well. Text that is no JSON, and the value
    of an assignment, do not come that far.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def model_validate_json(cls, *args: Any, **options: Any) -> Self:
        """Validate JSON as `BaseModel.model_validate_json` does."""
        try:
            return super().model_validate_json(*args, **options)
        except ValidationError as error:
            silent = silenced(cls.__name__, error)
        raise silent

    if not TYPE_CHECKING:  # To a type checker it would allow every assignment.

        def __setattr__(self, name: str, value: Any) -> None:
            """Refuse the assignment to a field."""
            try:
                return super().__setattr__(name, value)
            except ValidationError as error:
                silent = silenced(type(self).__name__, error)
            raise silent

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Wrap the model's own schema."""
        title = cls.__name__

        def validate(data: Any, inner: core_schema.ValidatorFunctionWrapHandler) -> Any:
            try:
                return inner(data)
            except ValidationError as error:
                silent = silenced(title, error)
            del data  # Tracebacks may be shown with what stands here.
            raise silent

        return core_schema.no_info_wrap_validator_function(validate, handler(source))


def silent_error(
    title: str, lines: Iterable[tuple[tuple[str | int, ...], str, str]]
) -> ValidationError:
    """Return a `ValidationError` with these (location, type, message) lines and no input."""
    details = [
        InitErrorDetails(
            type=PydanticCustomError(kind, message),
            loc=location,
            input="(hidden)",
        )
        for location, kind, message in lines
    ]
    return ValidationError.from_exception_data(title, details, hide_input=True)


def silenced(title: str, error: ValidationError) -> ValidationError:
    """Return a `ValidationError` like another one, without the input."""
    lines = [(line["loc"], line["type"], line["msg"]) for line in _lines(error)]
    return silent_error(title, lines)


def problems(error: ValidationError) -> str:
    """Return what a validation found wrong, in one line and without the input."""
    return "; ".join(
        ": ".join(filter(None, [".".join(map(str, line["loc"])), _sentence(line["msg"])]))
        for line in _lines(error)
    )


def _lines(error: ValidationError) -> list[Any]:
    return error.errors(include_url=False, include_context=False, include_input=False)


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")
