"""Dynamic client registration (RFC 7591): one client with all redirect URIs, kept per account."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Final

import httpx

from mp_core.errors import OAuthError
from mp_core.plugin import Account, LoginFlow, OAuthClientInfo
from mp_oauth_browser.connection import cause, way_out

PORTS: Final = (19284, 19285, 19286, 19287)
"""The ports of the redirect URIs, in the order in which they are tried."""

_DIGITS: Final = 10
"""A number of seconds with as many digits means that there is no end to the pause."""

_SCOPE: Final = (
    "projects analysis events insights segmentation retention data:read funnels flows"
    " data_definitions dashboard_reports bookmarks"
)

_CLIENT_ID: Final = re.compile("[ -~]+")
"""What the identifier of a client consists of (RFC 6749 A.1)."""


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
        why = f"the server could not be reached ({cause(error)})"
        raise _failed(account, why, hint=way_out(error)) from None
    if not answer.is_success:
        raise _failed(account, _reason(answer))
    try:
        client_id = json.loads(answer.content)["client_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        client_id = None
    if isinstance(client_id, str) and _CLIENT_ID.fullmatch(client_id):
        return client_id
    raise _failed(account, "the server's answer holds no client_id")


def _reason(answer: httpx.Response) -> str:
    if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
        return f"the server answered {answer.status_code}"
    wait = answer.headers.get("retry-after", "")
    is_number = wait.isascii() and wait.isdecimal() and len(wait) < _DIGITS
    return "the server asks for a pause" + (f" of {wait} s" if is_number else "")


def _failed(account: Account, reason: str, hint: str | None = None) -> OAuthError:
    return OAuthError(
        f"Account {account.name!r} could not be registered for login: {reason}.",
        hint=hint,
        code="OAUTH_REGISTRATION_ERROR",
        details={"account": account.name, "region": account.region},
    )
