"""Dynamic client registration (RFC 7591): one client with all redirect URIs, kept per account."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import httpx

from mp_core.errors import OAuthError
from mp_core.plugin import Account, LoginFlow, OAuthClientInfo

PORTS: Final = (19284, 19285, 19286, 19287)
"""The ports of the redirect URIs, in the order in which they are tried."""

_SCOPE: Final = (
    "projects analysis events insights segmentation retention data:read funnels flows"
    " data_definitions dashboard_reports bookmarks"
)


def redirect_uri(port: int) -> str:
    """Return the redirect URI on a port (RFC 8252 §7.3)."""
    return f"http://localhost:{port}/callback"


def client_of(account: Account, flow: LoginFlow) -> OAuthClientInfo:
    """Return the account's client, registered now if there is none.

    Raises:
        OAuthError: `OAUTH_REGISTRATION_ERROR`.
    """
    known = flow.registrations.load()
    if known is not None and known.redirect_uri == redirect_uri(PORTS[0]):
        return known
    client = OAuthClientInfo(
        client_id=_registered(account, flow.http),
        region=account.region,
        redirect_uri=redirect_uri(PORTS[0]),
        scope=_SCOPE,
        created_at=datetime.now(UTC),
    )
    flow.registrations.save(client)
    return client


def _registered(account: Account, http: httpx.Client) -> str:
    """Register all redirect URIs at once, so that a busy port never needs another client."""
    metadata = {
        "client_name": "mp_core",
        "redirect_uris": [redirect_uri(port) for port in PORTS],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": _SCOPE,
    }
    try:
        answer = http.post("mcp/register/", json=metadata)
    except httpx.RequestError as error:
        raise _failed(
            account, f"the server could not be reached ({type(error).__name__})"
        ) from None
    if not answer.is_success:
        raise _failed(account, _reason(answer))
    try:
        client_id = answer.json()["client_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        client_id = None
    if isinstance(client_id, str) and client_id:
        return client_id
    raise _failed(account, "the server's answer holds no client_id")


def _reason(answer: httpx.Response) -> str:
    if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
        return f"the server answered {answer.status_code}"
    wait = answer.headers.get("retry-after", "")
    return "the server asks for a pause" + (f" of {wait} s" if wait.isdecimal() else "")


def _failed(account: Account, reason: str) -> OAuthError:
    return OAuthError(
        f"Account {account.name!r} could not be registered for login: {reason}.",
        code="OAUTH_REGISTRATION_ERROR",
        details={"account": account.name, "region": account.region},
    )
