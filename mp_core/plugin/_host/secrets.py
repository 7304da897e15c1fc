"""The secrets in what a plugin is given, to strike them out of what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def secrets_among(value: Any) -> Iterator[str]:
    """Yield the secrets in a model, a mapping or a sequence in clear, however deep they are."""
    if hasattr(value, "get_secret_value"):
        yield _text(value.get_secret_value())
    elif isinstance(value, Mapping):
        yield from secrets_among([*value.values()])
    elif hasattr(type(value), "model_fields"):
        yield from secrets_among([field for _, field in value])
    elif isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from secrets_among(each)


def _text(secret: Any) -> str:
    """Return a secret as an exception would repeat it."""
    return secret.decode("utf-8", "backslashreplace") if isinstance(secret, bytes) else str(secret)
