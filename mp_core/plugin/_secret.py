"""What a secret is, wherever it comes from: one line of text, every character of which counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mp_core import _env as variables
from mp_core.errors import ConfigError

if TYPE_CHECKING:
    from mp_core.plugin.account import Account

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
_HALF: Final = re.compile("[\ud800-\udfff]")
"""What bytes that are no text become in the environment (PEP 383)."""


def fault_in(secret: str) -> str | None:
    """Return what keeps a text from being a secret, without a part of it; None for nothing."""
    if _HALF.search(secret):
        return "it holds bytes that are not UTF-8 text"
    if _CONTROL.search(secret):
        return "it holds a control character, such as a line end, a tab or an escape"
    return None


def secret_in(env: variables.Environ, name: str) -> str | None:
    """Return the secret that a variable holds, or None when it is unset or empty.

    Raises:
        ConfigError: It holds none.
    """
    value = variables.get(env, name)
    fault = fault_in(value or "")
    if fault is not None:
        raise refused(name, fault)
    return value


def check_secrets(account: Account) -> None:
    """Refuse an account that comes in with something else than secrets where they belong.

    Raises:
        ConfigError: It does.
    """
    for field, value in account:
        if not hasattr(value, "get_secret_value"):
            continue
        secret = value.get_secret_value()
        fault = fault_in(secret) if isinstance(secret, str) else None
        if fault is not None:
            raise ConfigError(
                f"The {field} of account {account.name!r} cannot be used: {fault}.",
                hint="Give it again, as one line of text.",
                details={"account": account.name, "field": field},
            )


def refused(name: str, fault: str) -> ConfigError:
    """Return the error for a variable that holds no secret. The value is not repeated."""
    return ConfigError(
        f"The environment variable {name} cannot be used: {fault}.",
        hint=f"Set it again, as one line of text, or run: unset {name}",
        details={"variable": name},
    )
