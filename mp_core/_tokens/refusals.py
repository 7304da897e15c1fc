"""Why there is no bearer, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mp_core._values.commands import way_back
from mp_core.errors import ConfigError, OAuthError
from mp_core.plugin.tokens import REFRESH_ERROR, TOKEN_ERROR

if TYPE_CHECKING:
    from mp_core.plugin.account import Account


@contextmanager
def transient(account: Account) -> Iterator[None]:
    """Let what goes wrong with the slot's files count as a refresh that may be tried again.

    Raises:
        OAuthError: `OAUTH_REFRESH_ERROR`, with the reason.
    """
    try:
        yield
    except ConfigError as error:
        raise not_refreshed(account, error.message, error.hint) from None


def not_refreshed(account: Account, reason: str, hint: str | None = None) -> OAuthError:
    """Return the error for a refresh that was not made, so that the login is as it was."""
    message = f"The token of account {account.name!r} was not refreshed: {reason}"
    return _failed(account, message, REFRESH_ERROR, hint)


def no_tokens(account: Account, elsewhere: str | None = None) -> OAuthError:
    """Return the error for an account that is not logged in, though it may be elsewhere."""
    message = " ".join(filter(None, (f"Account {account.name!r} is not logged in.", elsewhere)))
    return _failed(account, message, TOKEN_ERROR, way_back(account))


def expired(account: Account) -> OAuthError:
    """Return the error for tokens that cannot be refreshed."""
    message = f"The login of account {account.name!r} has expired."
    return _failed(account, message, TOKEN_ERROR, way_back(account))


def _failed(account: Account, message: str, code: str, hint: str | None) -> OAuthError:
    details = {"account": account.name, "region": account.region}
    return OAuthError(message, hint=hint, code=code, details=details)
