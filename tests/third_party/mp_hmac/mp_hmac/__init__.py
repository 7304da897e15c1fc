"""Accounts that sign each request with a secret that the gateway knows, too."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from mp_core.plugin import Account, OutgoingRequest, hookimpl
from mp_hmac.signature import Signature

__all__ = ["HmacAccount"]

MP_CONTRACT = "1.1"
MP_NEEDS_BODY = True


class HmacAccount(Account):
    """An account of a robot.

    Attributes:
        key_id: Which secret it is.
        secret: The secret itself.
    """

    type: Literal["hmac"] = "hmac"
    key_id: str = Field(pattern="^[A-Za-z0-9._-]{1,64}$", description="which secret it is")
    secret: Annotated[SecretStr, Field(min_length=16)] = Field(description="shared secret")

    def is_long_lived(self) -> bool:
        """Return True: the secret does not expire."""
        return True


@hookimpl
def mp_account_model() -> type[HmacAccount]:
    """Return the account class."""
    return HmacAccount


@hookimpl
def mp_authenticate(account: HmacAccount, request: OutgoingRequest) -> dict[str, str]:
    """Sign method, address, time and body."""
    return Signature.made(account.key_id, account.secret, request).headers()
