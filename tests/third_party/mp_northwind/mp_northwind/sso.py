"""People of Northwind, who log in at the company's single sign-on with a code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from mp_core.errors import OAuthError
from mp_core.plugin import (
    Account,
    LoginFlow,
    OAuthTokens,
    TokenResolver,
    hookimpl,
    request_tokens,
)

if TYPE_CHECKING:
    import httpx

MP_CONTRACT = "1.1"


class NorthwindAccount(Account):
    """Somebody who works at Northwind.

    Attributes:
        issuer: Address of the single sign-on.
        client_id: The client that people log in to.
    """

    type: Literal["northwind"] = "northwind"
    issuer: str = Field(
        default="https://login.northwind.example",
        pattern=r"^(https://|http://127\.0\.0\.1:)[^\s?#]*[^\s?#/]$",
        description="address of the single sign-on",
    )
    client_id: str = Field(default="mixpanel", min_length=1, description="client at the issuer")

    def is_long_lived(self) -> bool:
        """Return True: the login renews itself."""
        return True


@hookimpl
def mp_account_model() -> type[NorthwindAccount]:
    """Return the account class."""
    return NorthwindAccount


@hookimpl
def mp_auth_header(account: NorthwindAccount, token_resolver: TokenResolver) -> str:
    """Return the header with the token of the login."""
    return f"Bearer {token_resolver.get_token(account)}"


@hookimpl
def mp_login(account: NorthwindAccount, flow: LoginFlow) -> OAuthTokens:
    """Let the person approve on any device."""
    from mp_northwind.device import log_in

    return log_in(account, flow)


@hookimpl
def mp_refresh_tokens(
    account: NorthwindAccount, tokens: OAuthTokens, http: httpx.Client
) -> OAuthTokens:
    """Trade the refresh token for a new pair: the single sign-on takes each one once."""
    if tokens.refresh_token is None:
        raise OAuthError("The login cannot be renewed.", code="OAUTH_REFRESH_REVOKED")
    form = {
        "grant_type": "refresh_token",
        "refresh_token": tokens.refresh_token.get_secret_value(),
        "client_id": account.client_id,
    }
    return request_tokens(http, f"{account.issuer}/token", form)


@hookimpl
def mp_revoke_tokens(account: NorthwindAccount, tokens: OAuthTokens, http: httpx.Client) -> bool:
    """Return whether the single sign-on ended the login (RFC 7009)."""
    import httpx

    spent = tokens.refresh_token or tokens.access_token
    form = {"token": spent.get_secret_value(), "client_id": account.client_id}
    try:
        return http.post(f"{account.issuer}/revoke", data=form).is_success
    except httpx.HTTPError:
        return False
