"""What is said when a keyring cannot be used, and what to do about it."""

from __future__ import annotations

from typing import Final

from mp_core.errors import ConfigError

IN_FILES: Final = "or keep logins in files: mp plugins disable keyring"
"""The way out where no keyring can be had."""

_UNLOCK: Final = f"Unlock it, as by answering the prompt that it shows, and try again · {IN_FILES}"


def unusable(reason: str, hint: str) -> ConfigError:
    """Return the error for a keyring in which nothing can be kept."""
    return ConfigError(
        f"The system keyring cannot be used: {reason}.", hint=hint, code="KEYRING_UNUSABLE"
    )


def locked() -> ConfigError:
    """Return the error for a keyring that a person has to unlock, and has not."""
    return ConfigError("The system keyring is locked.", hint=_UNLOCK, code="KEYRING_LOCKED")


def silent(seconds: float) -> ConfigError:
    """Return the error for a keyring that gives no answer."""
    return ConfigError(
        f"The system keyring has not answered within {seconds:g} s: it is locked, or it hangs.",
        hint=_UNLOCK,
        code="KEYRING_SILENT",
    )


def too_long(name: str, size: int, limit: int) -> ConfigError:
    """Return the error for a login that a keyring has no room for."""
    return ConfigError(
        f"The login is too long for {name}: {size} bytes, and it holds {limit} in one entry.",
        hint=f"Use another keyring, named by PYTHON_KEYRING_BACKEND, {IN_FILES}",
        code="KEYRING_TOO_SMALL",
        details={"size": size, "limit": limit},
    )


def failed(name: str, reason: str) -> ConfigError:
    """Return the error for a keyring that refuses."""
    return ConfigError(
        f"The system keyring ({name}) failed: {reason}.",
        hint=f"See whether it works: keyring diagnose · {IN_FILES}",
        code="KEYRING_FAILED",
    )
