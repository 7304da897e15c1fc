"""The token request that every provider makes (RFC 6749 §3.2), with its errors told as ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote_plus

from mp_core._network.causes import cause_of
from mp_core._network.endpoints import is_loopback
from mp_core._sealed import Hidden, sealed
from mp_core.errors import OAuthError
from mp_core.plugin.tokens import REFRESH_ERROR, REFRESH_REVOKED, TOKEN_ERROR, OAuthTokens

if TYPE_CHECKING:
    import httpx

    Auth = tuple[str, str] | httpx.Auth | Callable[[httpx.Request], httpx.Request]

_REFRESH: Final = "refresh_token"
_DENIED: Final = "OAUTH_AUTH_DENIED"
_GONE: Final = (
    "the server no longer accepts its refresh token, which was revoked, or was spent by a refresh"
    " whose answer got lost"
)
_MALFORMED: Final = "the server's answer is malformed"
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_TRANSIENT: Final = frozenset({"server_error", "temporarily_unavailable"})
_KNOWN: Final = _TRANSIENT | {
    *("invalid_request", "invalid_client", "invalid_grant", "unauthorized_client"),
    *("unsupported_grant_type", "invalid_scope"),
    *("access_denied", "authorization_pending", "slow_down", "expired_token"),
    *("invalid_target", "invalid_dpop_proof", "use_dpop_nonce"),
    *("interaction_required", "login_required", "consent_required"),
}
"""The codes of RFC 6749 §4.1.2.1 and §5.2, 8628 §3.5, 8707 §2, 9449 §5 and §8, and OpenID."""


@sealed
def request_tokens(
    http: httpx.Client,
    url: str,
    form: Mapping[str, str],
    *,
    auth: Auth | None = None,
) -> OAuthTokens:
    """Ask a token endpoint for tokens, for any grant (RFC 6749 §3.2).

    An answer that holds an access token is kept, whatever else is odd in it (see
    `OAuthTokens.from_lax_response`); a type other than `Bearer` is for the caller to refuse. The
    tokens remember the `client_id` of the form.

        @hookimpl
        def mp_refresh_tokens(tokens, http):
            spent = tokens.refresh_token.get_secret_value()
            form = {"grant_type": "refresh_token", "refresh_token": spent, "client_id": "mixpanel"}
            return request_tokens(http, "https://sso.acme.example/token", form)

        @hookimpl
        def mp_fetch_tokens(account, http):
            secret = account.secret.get_secret_value()
            form = {"grant_type": "client_credentials", "scope": "events"}
            return request_tokens(http, "token/", form, auth=(account.client_id, secret))

    Args:
        http: The client that the hook was given.
        url: The endpoint; a relative one is below the OAuth address of the account's region.
        form: The fields, among them `grant_type`.
        auth: What proves the client: its id and secret (RFC 6749 §2.3.1), or what `httpx` takes.

    Raises:
        OAuthError: There are no tokens. The code is

            - `OAUTH_REFRESH_REVOKED` for `invalid_grant` where the grant is a refresh token;
            - `OAUTH_AUTH_DENIED` for `access_denied`;
            - `OAUTH_REFRESH_ERROR` for what another try may change: no connection, a status of
              500 and above or 429, no JSON, and any other refusal of a refresh;
            - `OAUTH_TOKEN_ERROR` for the rest.

            `details["error"]` is the server's error code where that is a registered one, such as
            `authorization_pending`, and else `HTTP` with the status; nothing else of an answer is
            repeated.
    """
    grant = _Grant(is_refresh=form.get("grant_type") == _REFRESH, client_id=form.get("client_id"))
    return _tokens(grant, _answer(grant, http, url, Hidden(form), auth))


class _Grant(NamedTuple):
    """What of a request its errors depend on.

    Attributes:
        is_refresh: Whether the grant is a refresh token.
        client_id: The client, where the form names it.
    """

    is_refresh: bool
    client_id: str | None

    @property
    def refusal(self) -> str:
        """The code of a refusal that says nothing worse."""
        return REFRESH_ERROR if self.is_refresh else TOKEN_ERROR


def _answer(
    grant: _Grant, http: httpx.Client, url: str, form: Mapping[str, str], auth: Auth | None
) -> httpx.Response:
    import httpx

    try:
        request = http.build_request("POST", url, data=form, headers={"Accept": "application/json"})
        if _is_private(request.url):
            return http.send(request, auth=_encoded(auth) or httpx.USE_CLIENT_DEFAULT)
        code, reason, hint = TOKEN_ERROR, "it would go over plain http to another machine", None
    except httpx.RequestError as error:
        code, reason, hint = REFRESH_ERROR, _unanswered(error), cause_of(error).hint
    except httpx.InvalidURL:
        code, reason, hint = TOKEN_ERROR, "the address of the token endpoint is malformed", None
    # Raised here, since the request in the exception holds the credential.
    raise _failed(code, reason, hint)


def _is_private(url: httpx.URL) -> bool:
    """Return whether nobody on the way reads what is sent there (RFC 6749 §3.2)."""
    return url.scheme == "https" or is_loopback(url.host)


def _encoded(auth: Auth | None) -> Auth | None:
    """Return id and secret as they have to be encoded before they are joined (RFC 6749 §2.3.1)."""
    return (quote_plus(auth[0]), quote_plus(auth[1])) if isinstance(auth, tuple) else auth


def _unanswered(error: httpx.RequestError) -> str:
    import httpx

    said = cause_of(error).text
    if isinstance(error, httpx.ProxyError):
        return said
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return f"the server could not be reached ({said})"
    # It may have answered, and may count what was sent as spent.
    return f"the server's answer was lost ({said})"


def _tokens(grant: _Grant, answer: httpx.Response) -> OAuthTokens:
    body = _object(answer)
    if answer.is_success and body is not None:
        with suppress(KeyError, ValueError):
            tokens = OAuthTokens.from_lax_response(body)
            return tokens.model_copy(update={"client_id": grant.client_id})
    raise _refused(grant, answer, body)


def _object(answer: httpx.Response) -> Hidden | None:
    """Return the JSON object of an answer, or None where it holds something else."""
    body: Any = None
    with suppress(ValueError, RecursionError):
        body = json.loads(answer.content)
    return Hidden(body) if isinstance(body, dict) else None


def _refused(grant: _Grant, answer: httpx.Response, body: Mapping[str, Any] | None) -> OAuthError:
    status, found = answer.status_code, (body or {}).get("error")
    if answer.is_success and found is None:
        return _failed(grant.refusal if body else REFRESH_ERROR, _MALFORMED, status=status)
    error = found if isinstance(found, str) and found in _KNOWN else f"HTTP {status}"
    code = REFRESH_ERROR if body is None else _code(grant, status, error)
    reason = _GONE if code == REFRESH_REVOKED else f"the server answered {error}"
    return _failed(code, reason, error=error, status=status)


def _code(grant: _Grant, status: int, error: str) -> str:
    if status >= _SERVER_ERROR or status == _TOO_MANY or error in _TRANSIENT:
        return REFRESH_ERROR
    if error == "access_denied":
        return _DENIED
    return REFRESH_REVOKED if grant.is_refresh and error == "invalid_grant" else grant.refusal


def _failed(code: str, reason: str, hint: str | None = None, **facts: Any) -> OAuthError:
    return OAuthError(f"No token: {reason}.", hint=hint, code=code, details=facts)
