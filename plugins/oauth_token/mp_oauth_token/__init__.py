"""Bearer tokens that somebody else renews, held by the account or by a variable (RFC 6750)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, StringConstraints

from mp_core.errors import ConfigError
from mp_core.plugin import Account, EnvAccount, Stage, TokenResolver, env_account, hookimpl, reveal

__all__ = ["OAuthTokenAccount"]


class OAuthTokenAccount(Account):
    """An account with a bearer token, inline or in an environment variable.

    Attributes:
        token: The token itself.
        token_env: The variable that holds it, read whenever a header is needed.
    """

    exclusive_fields = (("token", "token_env"),)

    type: Literal["oauth_token"] = "oauth_token"
    token: Annotated[SecretStr, Field(min_length=1)] | None = Field(
        default=None,
        description="bearer token",
        json_schema_extra={"variable": "MP_OAUTH_TOKEN"},
    )
    token_env: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = (
        Field(default=None, description="environment variable that holds the token at use")
    )

    def is_long_lived(self) -> bool:
        """Return False: nothing here can renew the token."""
        return False

    def static_token(self) -> SecretStr | str | None:
        """Return the token, or the variable that holds it."""
        return self.token or self.token_env


@hookimpl
def mp_account_model() -> type[OAuthTokenAccount]:
    """Return the account class."""
    return OAuthTokenAccount


@hookimpl
def mp_validate_account(account: OAuthTokenAccount, stage: Stage) -> None:
    """Refuse a token that no header can carry where it comes in (RFC 6750 §2.1)."""
    token = account.token.get_secret_value().strip() if account.token else None
    if stage == "load" or token is None:
        return  # What is kept is refused when it is used.
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(
            f"The token of account {account.name!r} is not a bearer token: it holds more than"
            " printable ASCII characters, or a blank.",
            hint="Give the token alone, as Mixpanel shows it.",
            details={"account": account.name, "field": "token"},
        )


@hookimpl
def mp_auth_header(account: OAuthTokenAccount, token_resolver: TokenResolver) -> str:
    """Return `Bearer` with the token (RFC 6750 §2.1)."""
    return f"Bearer {token_resolver.get_static_token(account)}"


@hookimpl
def mp_account_from_env(env: Mapping[str, str]) -> EnvAccount:
    """Return the account of `MP_OAUTH_TOKEN`, `MP_PROJECT_ID` and `MP_REGION`."""
    return env_account(env, OAuthTokenAccount, {"token": "MP_OAUTH_TOKEN"}, rank=20)


@hookimpl
def mp_export_bridge(
    account: OAuthTokenAccount, token_resolver: TokenResolver
) -> tuple[dict[str, Any], None]:
    """Carry the token itself: a variable of this machine means nothing on another."""
    record = {**reveal(account), "token": token_resolver.get_static_token(account)}
    record.pop("token_env", None)
    return record, None
