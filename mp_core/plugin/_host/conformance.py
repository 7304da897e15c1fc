"""Whether a plugin keeps the contract: its version, its required hooks, its account model."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

from mp_core._warning import warn
from mp_core.plugin._host.discovery import DISTRIBUTION, Installed
from mp_core.plugin._host.installers import update_command
from mp_core.plugin.hooks import CONTRACT, PROJECT

DECLARATION: Final = "MP_CONTRACT"
"""Name under which a plugin declares the version that it was written for."""

_REQUIRED = ("mp_account_model", "mp_auth_header")


class ConformanceError(Exception):
    """A plugin can be imported, and does not keep the contract.

    Attributes:
        hint: What to do about it, where it is something else than to update the plugin.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def declared(plugin: object) -> str | None:
    """Return the version that a plugin was written for, or None when it does not say.

    Raises:
        ConformanceError: It says something else than a version.
    """
    version: Any = getattr(plugin, DECLARATION, None)
    if version is None or (isinstance(version, str) and re.fullmatch(r"\d+\.\d+", version)):
        return version
    raise ConformanceError(f'its {DECLARATION} is no version such as "{CONTRACT}"')


def check_version(version: str | None, plugin: Installed) -> None:
    """Refuse a plugin of another major version.

    Raises:
        ConformanceError: It is one.
    """
    if version is None:
        return
    theirs, ours = _numbers(version)[0], _numbers(CONTRACT)[0]
    if theirs == ours:
        return
    older = DISTRIBUTION if theirs > ours else plugin.distribution
    raise ConformanceError(_written_for(version), hint=f"Update {older}: {update_command(older)}")


def warn_if_newer(version: str | None, plugin: Installed) -> None:
    """Warn of a plugin that was written for a newer minor version: it may count on more."""
    ours = _numbers(CONTRACT)
    if version is None or not ours < _numbers(version) < (ours[0] + 1, 0):
        return
    warn(
        f"The plugin {plugin.name} of {plugin} may not work in full: {_written_for(version)}."
        f" Update {DISTRIBUTION}: {update_command(DISTRIBUTION)}",
        stacklevel=2,
    )


def check_hooks(names: Collection[str]) -> None:
    """Refuse a provider without the hooks that every provider needs.

    Raises:
        ConformanceError: One is missing.
    """
    if missing := [name for name in _REQUIRED if name not in names]:
        raise ConformanceError(f"it does not implement {missing[0]}")


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


def _written_for(version: str) -> str:
    return (
        f"it was written for version {version} of the plugin contract,"
        f" and this {DISTRIBUTION} speaks version {CONTRACT}"
    )


def _numbers(version: str) -> tuple[int, int]:
    major, minor = version.split(".")
    return int(major), int(minor)
