"""Extra request headers that a session carries: read-only, and never those that authenticate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from mp_core._network.header_fields import (
    AUTHORIZATION,
    is_field_name,
    is_field_value,
    is_reserved,
)
from mp_core._public import exported_from


@exported_from("mp_core")
class Headers(Mapping[str, str]):
    """A read-only mapping of header fields; names compare without case (RFC 9110 §5.1)."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, str]) -> None:
        """Check and keep the fields.

        Raises:
            ValueError: A field may not be set here, occurs twice, or is not a valid header field.
        """
        self._fields: dict[str, tuple[str, str]] = {}
        for name, value in fields.items():
            _check(name, value)
            if name.lower() in self._fields:
                raise _refused(name, "occurs twice")
            self._fields[name.lower()] = name, value

    def updated(self, other: Headers) -> Headers:
        """Return these fields with those of another mapping over them."""
        merged = {**self._fields, **other._fields}
        return Headers(dict(merged.values()))

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._fields.values())

    def __len__(self) -> int:
        return len(self._fields)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return _folded(self) == _folded(other)

    def __hash__(self) -> int:
        return hash(frozenset(_folded(self).items()))

    def __repr__(self) -> str:
        return f"Headers({sorted(self)})"

    def __reduce__(self) -> tuple[type[Headers], tuple[dict[str, str]]]:
        return Headers, (dict(self),)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Accept any mapping of strings; serialize as a plain object."""
        return core_schema.no_info_plain_validator_function(
            _validate, serialization=core_schema.plain_serializer_function_ser_schema(dict)
        )


NO_HEADERS: Final = Headers({})


def _validate(value: Any) -> Headers:
    if isinstance(value, Headers):
        return value
    if not isinstance(value, Mapping):
        raise PydanticCustomError("headers", "Headers should be a mapping of names to values")
    return Headers(value)


def _check(name: Any, value: Any) -> None:
    if not is_field_name(name):
        raise PydanticCustomError("header_name", "A header's name is not valid (RFC 9110 §5.1)")
    if name.lower() == AUTHORIZATION or is_reserved(name):
        raise _refused(name, "may not be set")
    if not is_field_value(value):
        raise _refused(name, "holds more than printable ASCII text, or blanks around it")


def _refused(name: str, reason: str) -> PydanticCustomError:
    return PydanticCustomError(
        "header", "The header {name} {reason}", {"name": name, "reason": reason}
    )


def _folded(fields: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in fields.items()}
