"""Service accounts: HTTP Basic with a user name and a secret (RFC 7617)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from mp_core.plugin import Account, EnvAccount, env_account, hookimpl

__all__ = ["ServiceAccount"]

_USER_NAME = r"^[^:\x00-\x1f\x7f]*[^:\x00-\x20\x7f][^:\x00-\x1f\x7f]*$"


class ServiceAccount(Account):
    """An account for programs, which Mixpanel shows with its secret once when it is made.

    Attributes:
        username: The user name, not blank and without a colon (RFC 7617 §2).
        secret: The secret.
    """

    type: Literal["service_account"] = "service_account"
    username: Annotated[str, StringConstraints(pattern=_USER_NAME)] = Field(
        description="user name of the service account"
    )
    secret: Annotated[SecretStr, Field(min_length=1)] = Field(
        description="secret of the service account"
    )

    def is_long_lived(self) -> bool:
        """Return True: the secret is valid until it is revoked."""
        return True


@hookimpl
def mp_account_model() -> type[ServiceAccount]:
    """Return the account class."""
    return ServiceAccount


@hookimpl
def mp_auth_header(account: ServiceAccount) -> str:
    """Return `Basic` with user name and secret in UTF-8 (RFC 7617 §2.1)."""
    pair = f"{account.username}:{account.secret.get_secret_value()}"
    return "Basic " + b64encode(pair.encode("utf-8")).decode("ascii")


@hookimpl
def mp_account_from_env(env: Mapping[str, str]) -> EnvAccount:
    """Return the account of `MP_USERNAME`, `MP_SECRET`, `MP_PROJECT_ID` and `MP_REGION`."""
    fields = {"username": "MP_USERNAME", "secret": "MP_SECRET"}
    return env_account(env, ServiceAccount, fields, rank=10)
