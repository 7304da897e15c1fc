"""The texts in which a value shows itself, where a secret of it could stand."""

from __future__ import annotations

import traceback

from pydantic import BaseModel, ValidationError


def shown(value: object) -> str:
    """All that a value can be made to say of itself; an error includes its traceback."""
    texts = [f"{value!r} {value}"]
    if isinstance(value, ValidationError):
        texts += [repr(value.errors()), value.json()]
    if isinstance(value, BaseModel):
        texts += [value.model_dump_json(), repr(value.model_dump()), repr(dict(value))]
    if isinstance(value, BaseException):
        texts += [repr(vars(value)), *traceback.format_exception(value)]
    return "".join(texts)
