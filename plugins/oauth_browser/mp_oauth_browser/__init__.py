"""Personal logins through the browser: authorization code with PKCE (RFC 6749, 7636, 8252)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mp_core.errors import OAuthError
from mp_core.plugin import Account, LoginFlow, OAuthTokens, TokenResolver, hookimpl

if TYPE_CHECKING:
    import httpx

__all__ = ["OAuthBrowserAccount"]


class OAuthBrowserAccount(Account):
    """A person's account. It holds no secret: its tokens are stored apart and refreshed."""

    type: Literal["oauth_browser"] = "oauth_browser"

    def is_long_lived(self) -> bool:
        """Return True: refresh tokens keep the login alive."""
        return True


@hookimpl
def mp_account_model() -> type[OAuthBrowserAccount]:
    """Return the account class."""
    return OAuthBrowserAccount


@hookimpl
def mp_auth_header(account: OAuthBrowserAccount, token_resolver: TokenResolver) -> str:
    """Return `Bearer` with the current access token (RFC 6750 §2.1)."""
    return f"Bearer {token_resolver.get_browser_token(account.name, account.region)}"


@hookimpl
def mp_login(account: OAuthBrowserAccount, flow: LoginFlow) -> OAuthTokens:
    """Let the person approve in the browser, and trade the authorization code for tokens."""
    from mp_oauth_browser.login import log_in

    return log_in(account, flow)


@hookimpl
def mp_refresh_tokens(
    account: OAuthBrowserAccount, tokens: OAuthTokens, http: httpx.Client
) -> OAuthTokens:
    """Trade the refresh token for new tokens (RFC 6749 §6)."""
    from mp_oauth_browser.token_endpoint import refresh

    return refresh(account, tokens, http)


@hookimpl
def mp_account_status(account: OAuthBrowserAccount, tokens: OAuthTokens | None) -> None:
    """Leave the status to the core, unless the login lacks the client that may refresh it.

    Other programs store logins without it, and it cannot be found everywhere.
    """
    if tokens is not None and tokens.refresh_token is not None and tokens.client_id is None:
        raise OAuthError(
            f"The login of account {account.name!r} cannot be refreshed: its client registration is"
            " not known."
        )


@hookimpl
def mp_revoke_tokens(tokens: OAuthTokens, http: httpx.Client) -> bool:
    """Revoke the tokens, where the server offers it (RFC 7009)."""
    from mp_oauth_browser.token_endpoint import revoke

    return revoke(tokens, http)
