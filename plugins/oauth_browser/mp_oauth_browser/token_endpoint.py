"""The token endpoint: code exchange, refresh and revocation (RFC 6749 §4.1.3, §6; RFC 7009)."""

from __future__ import annotations

from typing import Final

import httpx

from mp_core.errors import OAuthError
from mp_core.plugin import Account, OAuthTokens, request_tokens

_TOKEN: Final = "token/"
_REVOKE: Final = "revoke_token/"


def exchange(
    account: Account,
    http: httpx.Client,
    *,
    code: str,
    code_verifier: str,
    client_id: str,
    redirect_uri: str,
) -> OAuthTokens:
    """Return the tokens for an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.5).

    Raises:
        OAuthError: See `request_tokens`; or the tokens are none that a header can carry.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": client_id,
        "code_verifier": code_verifier,
    }
    tokens = request_tokens(http, _TOKEN, form)
    # Of a refresh any type is kept: without what came with it, the login would be lost.
    if tokens.token_type.lower() != "bearer":
        raise _failed(account, "the tokens of the server's answer are no bearer tokens")
    return tokens


def refresh(account: Account, tokens: OAuthTokens, http: httpx.Client) -> OAuthTokens:
    """Return new tokens for a refresh token (RFC 6749 §6).

    Raises:
        OAuthError: See `request_tokens`; or there is no client that may refresh them.
    """
    if tokens.refresh_token is None or tokens.client_id is None:
        raise _failed(account, "its client registration is not known", code="OAUTH_REFRESH_ERROR")
    form = {
        "grant_type": "refresh_token",
        "refresh_token": tokens.refresh_token.get_secret_value(),
        "client_id": tokens.client_id,
    }
    return request_tokens(http, _TOKEN, form)


def revoke(tokens: OAuthTokens, http: httpx.Client) -> bool:
    """Return whether the server has revoked the login; False where it offers no revocation."""
    token = tokens.refresh_token or tokens.access_token
    form = {
        "token": token.get_secret_value(),
        "token_type_hint": "refresh_token" if tokens.refresh_token else "access_token",
        "client_id": tokens.client_id or "",
    }
    try:
        answer = http.post(_REVOKE, data=form)
    except httpx.RequestError:
        return False
    # A page for people is what a server shows at an address that it does not know; to revoke, the
    # status alone is the answer (RFC 7009 §2.2), whatever frameworks call an empty body.
    is_page = answer.content and "html" in answer.headers.get("content-type", "")
    return answer.is_success and not is_page


def _failed(account: Account, reason: str, *, code: str = "OAUTH_TOKEN_ERROR") -> OAuthError:
    return OAuthError(
        f"No token for account {account.name!r}: {reason}.",
        code=code,
        details={"account": account.name, "region": account.region},
    )
