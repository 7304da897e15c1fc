"""The token endpoint and the revocation endpoint (RFC 6749 §3.2, RFC 7009)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from http import HTTPStatus

from mp_core.sandbox.http.messages import Request, Response
from mp_core.sandbox.oauth.authorization import Grant
from mp_core.sandbox.oauth.clients import Clients, SandboxClient
from mp_core.sandbox.oauth.expiring import Expiring
from mp_core.sandbox.oauth.logins import Logins, SandboxLogin
from mp_core.sandbox.oauth.responses import ProtocolError, required, unstored

TOKEN_PATH = "/oauth/token/"


class TokenEndpoint:
    """Trades codes and refresh tokens for tokens, and takes tokens back."""

    def __init__(self, clients: Clients, codes: Expiring[Grant], logins: Logins) -> None:
        self._clients = clients
        self._codes = codes
        self._logins = logins

    def token(self, request: Request) -> Response:
        """Answer a token request."""
        sent = request.form()
        client = self._client(sent)
        match required(sent, "grant_type"):
            case "authorization_code":
                return _tokens(self._exchanged(sent, client))
            case "refresh_token":
                token = required(sent, "refresh_token")
                return _tokens(self._logins.refresh(token, client.client_id))
        expected = "They are authorization_code and refresh_token."
        raise ProtocolError("unsupported_grant_type", expected)

    def revoke(self, request: Request) -> Response:
        """Answer a revocation request; a token that is not known is as good as revoked."""
        sent = request.form()
        self._logins.revoke(required(sent, "token"), self._client(sent).client_id)
        return unstored({})

    def _exchanged(self, sent: Mapping[str, str], client: SandboxClient) -> SandboxLogin:
        """Return the login of a code, which is spent by this, whether or not it succeeds."""
        code, verifier = required(sent, "code"), required(sent, "code_verifier")
        grant = self._codes.take(code)
        if grant is None:
            self._logins.revoke_by_code(code)
            raise _invalid_grant("The code is not valid, or is spent.")
        asked = grant.asked
        if (asked.client, asked.redirect_uri) != (client, sent.get("redirect_uri")):
            raise _invalid_grant("The code belongs to another client or redirect URI.")
        if asked.code_challenge != _challenge(verifier):
            raise _invalid_grant("The code_verifier does not fit (RFC 7636 section 4.6).")
        return self._logins.begin(grant.identity, client, asked.scope, code)

    def _client(self, sent: Mapping[str, str]) -> SandboxClient:
        client = self._clients.get(required(sent, "client_id"))
        if client is None:
            status = HTTPStatus.UNAUTHORIZED
            raise ProtocolError("invalid_client", "The client is not registered.", status=status)
        return client


def _tokens(login: SandboxLogin) -> Response:
    """Return the answer that hands the tokens over (RFC 6749 §5.1)."""
    payload = {
        "access_token": login.access_token,
        "token_type": "Bearer",
        "expires_in": login.lifetime_s,
        "scope": login.scope,
        "refresh_token": login.refresh_token,
    }
    return unstored({key: value for key, value in payload.items() if value is not None})


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _invalid_grant(description: str) -> ProtocolError:
    return ProtocolError("invalid_grant", description)
