"""The token endpoint: code exchange, refresh and revocation (RFC 6749 §4.1.3, §6; RFC 7009)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx

from mp_core.errors import OAuthError
from mp_core.plugin import Account, OAuthTokens
from mp_oauth_browser.authorization import is_error_code
from mp_oauth_browser.connection import unanswered

_TOKEN: Final = "token/"
_REVOKE: Final = "revoke_token/"
_GONE: Final = (
    "the server no longer accepts its refresh token, which was revoked, or was spent by a refresh"
    " whose answer got lost"
)

_MALFORMED: Final = "the server's answer is malformed"


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
        OAuthError: `OAUTH_TOKEN_ERROR`: the server refused, or did not answer as it must.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": client_id,
        "code_verifier": code_verifier,
    }
    answer = _post(account, http, form, code="OAUTH_TOKEN_ERROR")
    if not answer.is_success:
        error = _error_of(answer)
        raise _failed(account, f"the server refused the code ({error})", error=error)
    tokens = _tokens(account, answer, client_id, code="OAUTH_TOKEN_ERROR")
    # Of a refresh any type is kept: without what came with it, the login would be lost.
    if tokens.token_type.lower() != "bearer":
        raise _failed(account, _MALFORMED)
    return tokens


def refresh(account: Account, tokens: OAuthTokens, http: httpx.Client) -> OAuthTokens:
    """Return new tokens for a refresh token (RFC 6749 §6).

    Raises:
        OAuthError: `OAUTH_REFRESH_REVOKED` when the login is gone (`invalid_grant`), else
            `OAUTH_REFRESH_ERROR`, after which another try may succeed.
    """
    if tokens.refresh_token is None or tokens.client_id is None:
        raise _failed(account, "its client registration is not known", code="OAUTH_REFRESH_ERROR")
    form = {
        "grant_type": "refresh_token",
        "refresh_token": tokens.refresh_token.get_secret_value(),
        "client_id": tokens.client_id,
    }
    answer = _post(account, http, form, code="OAUTH_REFRESH_ERROR")
    if not answer.is_success:
        raise _not_refreshed(account, answer)
    return _tokens(account, answer, tokens.client_id, code="OAUTH_REFRESH_ERROR")


def _not_refreshed(account: Account, answer: httpx.Response) -> OAuthError:
    error = _error_of(answer)
    if error == "invalid_grant" and answer.status_code in (400, 401):
        return _failed(account, _GONE, code="OAUTH_REFRESH_REVOKED", error=error)
    reason = f"the server answered {error}"
    return _failed(account, reason, code="OAUTH_REFRESH_ERROR", error=error)


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


def _post(
    account: Account, http: httpx.Client, form: Mapping[str, str], *, code: str
) -> httpx.Response:
    try:
        return http.post(_TOKEN, data=dict(form))
    except httpx.RequestError as error:
        reason, hint = unanswered(error)
    # Raised here, since the request in the exception holds the credential.
    raise _failed(account, reason, code=code, hint=hint)


def _tokens(account: Account, answer: httpx.Response, client_id: str, *, code: str) -> OAuthTokens:
    try:
        tokens = OAuthTokens.from_lax_response(json.loads(answer.content))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        tokens = None
    if tokens is not None:
        return tokens.model_copy(update={"client_id": client_id})
    raise _failed(account, _MALFORMED, code=code)


def _error_of(answer: httpx.Response) -> str:
    """Return the error code of an answer (RFC 6749 §5.2), which is all of it that is repeated."""
    body: Any
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    return error if is_error_code(error) else f"HTTP {answer.status_code}"


def _failed(
    account: Account,
    reason: str,
    *,
    code: str = "OAUTH_TOKEN_ERROR",
    hint: str | None = None,
    **facts: str,
) -> OAuthError:
    return OAuthError(
        f"No token for account {account.name!r}: {reason}.",
        hint=hint,
        code=code,
        details={"account": account.name, "region": account.region, **facts},
    )
