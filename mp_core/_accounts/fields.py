"""What the fields of an account must be, when it is added and when it is changed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from mp_core._config.document import ConfigDocument
from mp_core._frozen import problems
from mp_core._runtime.context import Context
from mp_core._runtime.recording import VetoesRecorded
from mp_core._storage import files
from mp_core.errors import AccountExistsError, AccountInUseError, ConfigError
from mp_core.plugin._fields import is_secret
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import Stage


def given(**fields: Any) -> dict[str, Any]:
    """Return the fields that are not None."""
    return {key: value for key, value in fields.items() if value is not None}


def spelled(model: type[Account], values: Mapping[str, Any]) -> str:
    """Return the options of a command line that give these values, each after a space."""
    return "".join(f" {_option(model, name, value)}" for name, value in values.items())


def _option(model: type[Account], name: str, value: Any) -> str:
    option = "project" if name == "default_project" else name.replace("_", "-")
    info = model.model_fields.get(name)
    if info is not None and is_secret(info):
        return f"--{option}-stdin"
    return f"--{option} {shlex.quote(value if isinstance(value, str) else json.dumps(value))}"


def validated(context: Context, fields: dict[str, Any], stage: Stage) -> Account:
    """Return the account with these fields, which include type and name.

    Raises:
        ProviderError: No provider serves the type.
        ConfigError: A field is invalid, or a plugin refuses the account.
    """
    host = context.host
    model = host.model(fields["type"])
    try:
        account = model.model_validate(fields)
    except ValidationError as error:
        raise _invalid(fields, model, error) from None
    if stage == "add" and account.default_project is None and not host.has_login(account):
        raise _needs_project(account)
    with VetoesRecorded(context):
        host.validate(account, stage)
    return account


def merged(
    context: Context, config: ConfigDocument, name: str, changes: Mapping[str, Any]
) -> Account:
    """Return a configured account with changes.

    Raises:
        AccountNotFoundError: There is none of this name.
        ConfigError: The result is invalid, or of another type.
    """
    block = config.block(name)
    if not isinstance(block.get("type"), str):
        config.account(name)  # This raises what is wrong with the block.
    if changes.get("type", block["type"]) != block["type"]:
        raise _fixed_type(name, block["type"])
    kept = not_replaced(context.host.model(block["type"]), block, changes)
    return validated(context, {**kept, **changes, "name": name}, "update")


def not_replaced(
    model: type[Account], block: Mapping[str, Any], changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the fields of a block that can stand beside the changes."""
    replaced = {
        name
        for group in model.exclusive_fields
        if not changes.keys().isdisjoint(group)
        for name in group
    }
    return {key: value for key, value in block.items() if key not in replaced}


def refuse_taken(config: ConfigDocument, name: str) -> None:
    """Raise if a name is taken, by another case of it too where the file system knows no case.

    Raises:
        AccountExistsError: It is.
    """
    known = config.account_names()
    if name in known:
        raise _exists(name, name)
    twins = [other for other in known if other.lower() == name.lower()]
    if twins and config.path and files.folds_case(config.path):
        raise _exists(name, twins[0])


def _invalid(fields: dict[str, Any], model: type[Account], error: ValidationError) -> ConfigError:
    unknown = sorted(set(fields) - set(model.model_fields))
    known = ", ".join(name for name in model.model_fields if name not in ("type", "name"))
    return ConfigError(
        f"Account {fields['name']!r} of type {fields['type']} is invalid: {problems(error)}.",
        hint=f"The fields of this type are: {known}.",
        code="INVALID_ACCOUNT",
        details={"account": fields["name"], "unknown": unknown},
    )


def _fixed_type(name: str, type_: str) -> ConfigError:
    return ConfigError(
        f"Account {name!r} is of type {type_}, which cannot be changed.",
        hint=f"Remove it and add it again: mp account remove {name}",
        details={"account": name, "type": type_},
    )


def _needs_project(account: Account) -> ConfigError:
    return ConfigError(
        f"Account {account.name!r} of type {account.type} needs a default project.",
        hint="Give it: --default-project ID, in Python default_project=.",
        code="INVALID_ACCOUNT",
        details={"account": account.name},
    )


def _exists(name: str, other: str) -> AccountExistsError:
    same = "" if name == other else f" ({other!r} is the same name on this file system)"
    return AccountExistsError(
        f"There is already an account {name!r}{same}.",
        hint=f"Change it: mp account update {other} --help"
        f" · or remove it: mp account remove {other}",
        details={"account": other},
    )


def changed_meanwhile(name: str) -> ConfigError:
    """Return the error for a change whose proof somebody else's change has overtaken."""
    return ConfigError(
        f"Account {name!r} was changed by somebody else at the same time, and not by this call.",
        hint=f"Look at it, and try again: mp account show {name}",
        details={"account": name},
    )


def in_use(name: str, targets: list[str]) -> AccountInUseError:
    """Return the error for an account that targets use."""
    return AccountInUseError(
        f"Account {name!r} is used by the targets {', '.join(targets)}.",
        referenced_by=targets,
        hint=f"Remove it all the same: mp account remove {name} --force"
        f" · or first: mp target remove {targets[0]}",
    )
