"""The fields that an account type adds to those of every account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import BaseModel, SecretBytes, SecretStr

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

COMMON: Final = frozenset({"type", "name", "region", "default_project"})
"""The fields that accounts of every type have."""


def variable_of(name: str, info: FieldInfo) -> str:
    """Return the variable that may hold a field: the one that the model names, or `MP_<FIELD>`."""
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return str(extra.get("variable", f"MP_{name.upper()}"))


def is_secret(info: FieldInfo) -> bool:
    """Return whether a field is a secret, or holds one."""
    return _mentions_secret(info.annotation)


def _mentions_secret(annotation: Any) -> bool:
    """Return whether a value may be a secret or hold one, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = [field.annotation for field in annotation.model_fields.values()]
    else:
        inner = [*get_args(annotation)]
    return annotation in (SecretStr, SecretBytes) or any(map(_mentions_secret, inner))
