"""The token endpoint and the revocation endpoint (RFC 6749 §3.2, RFC 7009)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import threading
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus

from mp_core.sandbox.http.routing import Request, Response
from mp_core.sandbox.oauth.authorization import Grant
from mp_core.sandbox.oauth.clients import Clients, SandboxClient
from mp_core.sandbox.oauth.expiring import Expiring
from mp_core.sandbox.oauth.logins import Logins, SandboxLogin
from mp_core.sandbox.oauth.protocol import TOKEN_PATH, ProtocolError, answer, form

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_GRANT_TYPES = ("authorization_code", "refresh_token")


class TokenEndpoint:
    """Trades codes and refresh tokens for tokens, and takes tokens back."""

    def __init__(self, clients: Clients, codes: Expiring[Grant], logins: Logins) -> None:
        self._clients = clients
        self._codes = codes
        self._logins = logins

    def token(self, request: Request) -> Response:
        """Answer a token request."""
        sent = form(request)
        client = self._client(sent)
        match _required(sent, "grant_type"):
            case "authorization_code":
                return _tokens(self._exchanged(sent, client))
            case "refresh_token":
                token = _required(sent, "refresh_token")
                return _tokens(self._logins.refresh(token, client.client_id))
        raise ProtocolError("unsupported_grant_type", f"They are {' and '.join(_GRANT_TYPES)}.")

    def revoke(self, request: Request) -> Response:
        """Answer a revocation request; a token that is not known is as good as revoked."""
        sent = form(request)
        self._logins.revoke(_required(sent, "token"), self._client(sent).client_id)
        return answer({})

    def _exchanged(self, sent: Mapping[str, str], client: SandboxClient) -> SandboxLogin:
        """Return the login of a code, which is spent by this, whether or not it succeeds."""
        code, verifier = _required(sent, "code"), _verifier(sent)
        grant = self._codes.take(code)
        if grant is None:
            self._logins.revoke_by_code(code)
            raise _invalid_grant("The code is not valid, or is spent.")
        if (grant.client_id, grant.redirect_uri) != (client.client_id, sent.get("redirect_uri")):
            raise _invalid_grant("The code belongs to another client or redirect URI.")
        if not secrets.compare_digest(grant.code_challenge, _challenge(verifier)):
            raise _invalid_grant("The code_verifier does not fit (RFC 7636 section 4.6).")
        return self._logins.begin(
            grant.identity,
            client.client_id,
            grant.scope,
            code,
            can_refresh="refresh_token" in client.grant_types,
        )

    def _client(self, sent: Mapping[str, str]) -> SandboxClient:
        client = self._clients.get(_required(sent, "client_id"))
        if client is None:
            status = HTTPStatus.UNAUTHORIZED
            raise ProtocolError("invalid_client", "The client is not registered.", status=status)
        return client


class TokenRequests:
    """Counts the requests to the token endpoint; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """How many there were of each grant type and outcome."""
        with self._lock:
            return self._counts.copy()

    def note(self, request: Request, response: Response | None, fault: str | None) -> None:
        """Count a request if it is one to this endpoint.

        Args:
            request: Any request.
            response: What it is answered with.
            fault: The kind of fault that it met, if that changed what is sent.
        """
        if (request.method, request.path) != ("POST", TOKEN_PATH):
            return
        outcome = fault or _outcome(response)
        try:
            grant_type = form(request).get("grant_type")
        except ProtocolError:
            grant_type = None
        with self._lock:
            self._counts[grant_type if grant_type in _GRANT_TYPES else "other", outcome] += 1


def _outcome(response: Response | None) -> str:
    return "none" if response is None else str(json.loads(response.body).get("error", "ok"))


def _tokens(login: SandboxLogin) -> Response:
    """Return the answer that hands the tokens over (RFC 6749 §5.1)."""
    payload = {
        "access_token": login.access_token,
        "token_type": "Bearer",
        "expires_in": login.lifetime_s,
        "scope": login.scope,
        "refresh_token": login.refresh_token,
    }
    return answer({key: value for key, value in payload.items() if value is not None})


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _verifier(sent: Mapping[str, str]) -> str:
    verifier = _required(sent, "code_verifier")
    if not _VERIFIER.fullmatch(verifier):
        raise ProtocolError("invalid_request", "A code_verifier is of 43 to 128 characters.")
    return verifier


def _required(sent: Mapping[str, str], name: str) -> str:
    value = sent.get(name)
    if value is None:
        raise ProtocolError("invalid_request", f"{name} is missing.")
    return value


def _invalid_grant(description: str) -> ProtocolError:
    return ProtocolError("invalid_grant", description)
