"""The base of every model: frozen, closed to unknown fields, and silent about its input."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler


class Frozen(BaseModel):
    """A frozen model that forbids unknown fields and keeps its input, maybe a secret, to itself.

    `hide_input_in_errors` covers the text of a `ValidationError`; the outermost validator here
    takes the input out of `ValidationError.errors()` as well.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

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
                lines = [(line["loc"], line["type"], line["msg"]) for line in _lines(error)]
            raise silent_error(title, lines)

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
