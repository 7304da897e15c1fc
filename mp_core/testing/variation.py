"""Other values of the same shape, to see what depends on them."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, SecretBytes, SecretStr

from mp_core.plugin.account import Account

_COMMON: Final = frozenset({"type", "name", "region", "default_project"})
_SHIFT: Final = str.maketrans(
    string.digits + string.ascii_letters,
    "1234567890bcdefghijklmnopqrstuvwxyzaBCDEFGHIJKLMNOPQRSTUVWXYZA",
)


def shifted(text: str) -> str:
    """Return another text of the same shape: the next digit, the next letter."""
    return text.translate(_SHIFT)


def fields_with(account: Account, is_wanted: Callable[[Any], bool]) -> Iterator[str]:
    """Yield the fields of a type's own that hold such a value, however deep."""
    for name, value in account:
        if name not in _COMMON and any(map(is_wanted, _leaves(value))):
            yield name


def varied(account: Account, field: str, is_wanted: Callable[[Any], bool]) -> Account:
    """Return an account with other values in one field, unvalidated."""
    return account.model_copy(update={field: _varied(getattr(account, field), is_wanted)})


def is_secret(value: Any) -> bool:
    """Return whether a value is declared as secret."""
    return isinstance(value, SecretStr | SecretBytes)


def is_open(value: Any) -> bool:
    """Return whether a value is a text that everybody sees."""
    return isinstance(value, str | bytes) and bool(value)


def open_texts(value: Any) -> Iterator[str]:
    """Yield the texts in a value that everybody sees."""
    for leaf in filter(is_open, _leaves(value)):
        yield leaf if isinstance(leaf, str) else leaf.decode(errors="replace")


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def _varied(value: Any, is_wanted: Callable[[Any], bool]) -> Any:
    if isinstance(value, BaseModel):
        return value.model_copy(update=_varied(dict(value), is_wanted))
    if isinstance(value, Mapping):
        return {key: _varied(inner, is_wanted) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(_varied(inner, is_wanted) for inner in value)
    return _other(value) if is_wanted(value) else value


def _other(value: Any) -> Any:
    match value:
        case SecretStr():
            return SecretStr(shifted(value.get_secret_value()))
        case SecretBytes():
            return SecretBytes(_other(value.get_secret_value()))
        case bytes():
            return shifted(value.decode("latin-1")).encode("latin-1")
    return shifted(value)
