"""Dynamic client registration (RFC 7591): public clients on the loopback interface."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from mp_core.sandbox.http.messages import HttpError, Request, Response
from mp_core.sandbox.oauth.responses import ProtocolError, unstored

SCOPES = (
    "projects",
    "analysis",
    "events",
    "insights",
    "segmentation",
    "retention",
    "data:read",
    "funnels",
    "flows",
    "data_definitions",
    "dashboard_reports",
    "bookmarks",
)

_GRANT_TYPES = ("authorization_code", "refresh_token")
# RFC 8252 §7.3: codes stay on this machine.
_LOOPBACK_URI = re.compile(r"http://(?:localhost|127\.0\.0\.1)(?::[0-9]+)?/[^\s?#]*")


@dataclass(frozen=True, slots=True)
class SandboxClient:
    """A registered client: a program that may ask people for access."""

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    grant_types: tuple[str, ...]
    scope: str
    issued_at: int


class Clients:
    """The registered clients; safe to use from any thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._clients: dict[str, SandboxClient] = {}

    @property
    def all(self) -> tuple[SandboxClient, ...]:
        """The clients, in the order in which they registered."""
        return tuple(self._clients.values())

    def get(self, client_id: str | None) -> SandboxClient | None:
        """Return a client, or None when there is none of this id."""
        return self._clients.get(client_id or "")

    def register(self, request: Request) -> Response:
        """Answer a registration request (RFC 7591 §3)."""
        client = self._client(_metadata(request))
        self._clients[client.client_id] = client
        return unstored(_record(client), status=HTTPStatus.CREATED)

    def _client(self, metadata: Mapping[str, Any]) -> SandboxClient:
        if metadata.get("token_endpoint_auth_method") != "none":
            raise _invalid("token_endpoint_auth_method is none: clients are public.")
        if metadata.get("response_types", ["code"]) != ["code"]:
            raise _invalid("response_types is [code].")
        return SandboxClient(
            client_id=f"fake-client-{secrets.token_hex(8)}",
            name=_text(metadata, "client_name", ""),
            redirect_uris=_redirect_uris(metadata),
            grant_types=_grant_types(metadata),
            scope=_scope(metadata),
            issued_at=int(self._clock()),
        )


def _metadata(request: Request) -> Mapping[str, Any]:
    try:
        metadata = request.json()
    except HttpError:
        metadata = None
    if not isinstance(metadata, dict):
        raise _invalid("The body is a JSON object.")
    return metadata


def _text(metadata: Mapping[str, Any], name: str, default: str) -> str:
    text = metadata.get(name, default)
    if not isinstance(text, str):
        raise _invalid(f"{name} is text.")
    return text


def _redirect_uris(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    uris = metadata.get("redirect_uris")
    if not (isinstance(uris, list) and uris and all(_is_loopback(uri) for uri in uris)):
        expected = "A redirect URI is http://localhost:PORT/PATH, or the same with 127.0.0.1."
        raise _invalid(expected, "redirect_uri")
    return tuple(uris)


def _is_loopback(uri: object) -> bool:
    return isinstance(uri, str) and _LOOPBACK_URI.fullmatch(uri) is not None


def _grant_types(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    asked = metadata.get("grant_types", ["authorization_code"])
    if not (isinstance(asked, list) and "authorization_code" in asked):
        raise _invalid("grant_types lists authorization_code.")
    if any(grant_type not in _GRANT_TYPES for grant_type in asked):
        raise _invalid(f"grant_types lists {' and '.join(_GRANT_TYPES)} only.")
    return tuple(asked)


def _scope(metadata: Mapping[str, Any]) -> str:
    scope = _text(metadata, "scope", " ".join(SCOPES))
    if not set(scope.split()) <= {*SCOPES}:
        raise _invalid(f"scope holds only {' '.join(SCOPES)}.")
    return scope


def _record(client: SandboxClient) -> dict[str, object]:
    return {
        "client_id": client.client_id,
        "client_id_issued_at": client.issued_at,
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "grant_types": client.grant_types,
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": client.scope,
    }


def _invalid(description: str, what: str = "client_metadata") -> ProtocolError:
    return ProtocolError(f"invalid_{what}", description)
