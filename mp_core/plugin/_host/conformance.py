"""Whether a provider keeps the contract with its account model."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from mp_core.plugin.hooks import PROJECT


class ConformanceError(Exception):
    """A plugin can be imported, and does not keep the contract.

    Attributes:
        hint: What to do about it, where it is something else than to update the plugin.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def check_model(type_: str, model: Any) -> None:
    """Refuse what is no model of accounts of a type.

    The check is structural, so that this module needs no pydantic.

    Raises:
        ConformanceError: It is none.
    """
    if problem := _problem(type_, model):
        raise ConformanceError(f"its account model {problem}")


def _problem(type_: str, model: Any) -> str | None:
    fields: Any = getattr(model, "model_fields", {}) if isinstance(model, type) else {}
    if "type" not in fields or not _is_account(model):
        return "is not a subclass of mp_core.plugin.Account"
    config = model.model_config
    if getattr(fields["type"].annotation, "__args__", None) != (type_,):
        return f'must declare: type: Literal["{type_}"] = "{type_}"'
    if abstract := getattr(model, "__abstractmethods__", None):
        return f"must define {', '.join(sorted(abstract))}"
    if not (config.get("frozen") and config.get("hide_input_in_errors")):
        return "must keep frozen and hide_input_in_errors in its configuration"
    if config.get("extra") != "forbid":
        return 'must keep extra="forbid" in its configuration'
    if not all(_is_group(group, fields) for group in model.exclusive_fields):
        return 'must name fields of its own: exclusive_fields = (("one", "other"),)'
    return None


def _is_group(names: Any, fields: Collection[str]) -> bool:
    return not isinstance(names, str) and all(name in fields for name in names)


def _is_account(model: type) -> bool:
    return any(
        base.__qualname__ == "Account" and base.__module__.partition(".")[0] == PROJECT
        for base in model.__mro__
    )
