"""Accounts behind a gateway that knows its clients by their certificates."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from mp_core.errors import ConfigError
from mp_core.plugin import Account, OAuthTokens, Stage, TokenResolver, hookimpl, request_tokens
from mp_gateway.addresses import private

if TYPE_CHECKING:
    import httpx

__all__ = ["GatewayAccount"]

MP_CONTRACT = "1.1"


class GatewayAccount(Account):
    """An account of whoever has a certificate.

    Attributes:
        gateway: Address of the gateway.
        certificate: A file with certificate and private key.
        authority: A file with the authority of the gateway, where the system does not know it.
    """

    type: Literal["gateway"] = "gateway"
    gateway: Annotated[str, AfterValidator(private)] = Field(description="address of the gateway")
    certificate: str = Field(min_length=1, description="file with certificate and key (PEM)")
    authority: str | None = Field(default=None, description="file with the gateway's authority")

    def is_long_lived(self) -> bool:
        """Return True: certificates are renewed in their place."""
        return True


@hookimpl
def mp_account_model() -> type[GatewayAccount]:
    """Return the account class."""
    return GatewayAccount


@hookimpl
def mp_validate_account(account: GatewayAccount, stage: Stage) -> None:
    """Keep accounts on the machine where their certificate is."""
    if stage == "bridge":
        raise ConfigError(
            f"Account {account.name!r} has a certificate, which stays on this machine.",
            hint="Add the account where it is needed, with a certificate of its own.",
        )


@hookimpl
def mp_endpoint(account: GatewayAccount) -> str:
    """Return the gateway, which stands in front of every API."""
    return account.gateway


@hookimpl
def mp_tls_context(account: GatewayAccount) -> ssl.SSLContext:
    """Return a context with the client's certificate."""
    try:
        context = ssl.create_default_context(cafile=account.authority)
        context.load_cert_chain(Path(account.certificate).expanduser())
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
    else:
        return context
    raise ConfigError(
        f"The certificate of account {account.name!r} cannot be used: {reason}.",
        hint=f"Look at {account.certificate}, and at {account.authority or 'the authorities'}.",
    )


@hookimpl
def mp_fetch_tokens(account: GatewayAccount, http: httpx.Client) -> OAuthTokens:
    """Ask the gateway for a token; the connection says who asks (RFC 8705 §2)."""
    form = {"grant_type": "client_credentials", "client_id": account.name}
    return request_tokens(http, "token/", form)


@hookimpl
def mp_auth_header(account: GatewayAccount, token_resolver: TokenResolver) -> str:
    """Return `Bearer` with the token of this certificate."""
    return f"Bearer {token_resolver.get_token(account)}"
