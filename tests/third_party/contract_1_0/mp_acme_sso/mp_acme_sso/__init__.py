"""Accounts of people who log in with the single sign-on of Acme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr

from mp_acme_sso import addresses
from mp_core.errors import ConfigError
from mp_core.plugin import (
    Account,
    EnvAccount,
    LoginFlow,
    OAuthTokens,
    Stage,
    TokenResolver,
    env_account,
    hookimpl,
    reveal,
)

if TYPE_CHECKING:
    import httpx

__all__ = ["AcmeSsoAccount"]

MP_CONTRACT = "1.0"


class AcmeSsoAccount(Account):
    """An account of a person, or of a job that brings a token of its own.

    Attributes:
        issuer: Address of the single sign-on (RFC 8414 §2).
        client_id: The client that people log in to.
        audience: What the token is for, where the single sign-on serves several.
        token: A token that somebody else obtained; with it there is no login.
    """

    type: Literal["acme_sso"] = "acme_sso"
    issuer: Annotated[str, AfterValidator(addresses.issuer)] = Field(
        description="address of the single sign-on"
    )
    client_id: str = Field(
        default="mixpanel-cli", min_length=1, description="client that people log in to"
    )
    audience: str | None = Field(default=None, description="what the token is for")
    token: SecretStr | None = Field(
        default=None,
        description="token that somebody else obtained",
        json_schema_extra={"variable": "ACME_SSO_TOKEN"},
    )

    def is_long_lived(self) -> bool:
        """Return whether there is a login, which refresh tokens keep alive."""
        return self.token is None


@hookimpl
def mp_account_model() -> type[AcmeSsoAccount]:
    """Return the account class."""
    return AcmeSsoAccount


@hookimpl
def mp_auth_header(account: AcmeSsoAccount, token_resolver: TokenResolver) -> str:
    """Return `Bearer` with the account's own token, or with that of its login."""
    if account.token is not None:
        return f"Bearer {token_resolver.get_static_token(account)}"
    return f"Bearer {token_resolver.get_browser_token(account.name, account.region)}"


@hookimpl
def mp_validate_account(account: AcmeSsoAccount, stage: Stage) -> None:
    """Keep tokens that jobs bring on the machine of the job."""
    if stage == "bridge" and account.token is not None:
        raise ConfigError(
            f"Account {account.name!r} has a token of its own, which stays on this machine.",
            hint="Carry an account that is logged in: mp account export-bridge --account NAME",
        )


@hookimpl
def mp_account_from_env(env: Mapping[str, str]) -> EnvAccount:
    """Return the account of a job: its token, the single sign-on, project and region."""
    fields = {"token": "ACME_SSO_TOKEN", "issuer": "ACME_SSO_ISSUER"}
    return env_account(env, AcmeSsoAccount, fields, rank=40)


@hookimpl
def mp_account_status(account: AcmeSsoAccount) -> str | None:
    """Return that nothing is known of a token; a login is judged by its own tokens."""
    return None if account.token is None else "untested"


@hookimpl
def mp_login(account: AcmeSsoAccount, flow: LoginFlow) -> OAuthTokens:
    """Let the person approve on any device (RFC 8628)."""
    from mp_acme_sso.device import log_in

    return log_in(account, flow)


@hookimpl
def mp_refresh_tokens(
    account: AcmeSsoAccount, tokens: OAuthTokens, http: httpx.Client
) -> OAuthTokens:
    """Trade the refresh token for new tokens (RFC 6749 §6)."""
    from mp_acme_sso.server import Server

    return Server(account, http, "OAUTH_REFRESH_ERROR").refreshed(tokens)


@hookimpl
def mp_revoke_tokens(account: AcmeSsoAccount, tokens: OAuthTokens, http: httpx.Client) -> bool:
    """Revoke the login (RFC 7009)."""
    from mp_acme_sso.server import Server

    return Server(account, http, "OAUTH_REFRESH_ERROR").revoked(tokens)


@hookimpl
def mp_export_bridge(
    account: AcmeSsoAccount, tokens: OAuthTokens
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Carry the access token alone: what leaves a machine ends within the hour."""
    carried = tokens.reveal()
    carried.pop("refresh_token", None)
    return reveal(account), carried
