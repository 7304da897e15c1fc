"""The authorization request, and what comes back in the redirect (RFC 6749 §4.1, RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Final, TypeGuard
from urllib.parse import parse_qs, urlencode, urlsplit

from mp_core.errors import OAuthError
from mp_core.plugin import Account

_PORTS: Final = {"https": 443, "http": 80}


def is_answer(query: str) -> bool:
    """Return whether a redirect's query answers some request (RFC 6749 §4.1.2)."""
    keys = parse_qs(query).keys()
    return "state" in keys and bool(keys & {"code", "error"})


def is_error_code(value: object) -> TypeGuard[str]:
    """Return whether a value looks like an error code, so that it may be repeated to people."""
    return isinstance(value, str) and re.fullmatch("[a-z_]{1,40}", value) is not None


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """One request for an authorization code, with the secrets that tie the answer to it.

    Attributes:
        account: For whom.
        endpoint: The authorization endpoint.
        client_id: The registered client.
        redirect_uri: Where the answer goes.
        state: Binds the redirect to this request (RFC 6749 §10.12).
        code_verifier: Binds the code to this process (RFC 7636 §4.1): 43 characters.
    """

    account: Account
    endpoint: str
    client_id: str
    redirect_uri: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    code_verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def url(self) -> str:
        """The address that the person opens; without a scope, all that the user has is granted."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "code_challenge": self._challenge(),
            "code_challenge_method": "S256",
        }
        return f"{self.endpoint}?{urlencode(query)}"

    def code_from(self, query: str) -> str:
        """Return the authorization code of a redirect's query.

        An answer to another request ends the login: the person has followed an old tab, or a link
        of somebody who wants them to use another login than their own (RFC 6749 §10.12).

        Raises:
            OAuthError: `OAUTH_STATE_MISMATCH` when it answers another request or comes from another
                issuer (RFC 9207 §2.4), `OAUTH_AUTH_DENIED` when the person or the server said no.
        """
        answer = _parameters(query)
        if not self.is_answered_by(query):
            raise self._failed("OAUTH_STATE_MISMATCH", "the answer belongs to another request")
        if "iss" in answer and _origin(answer["iss"]) != _origin(self.endpoint):
            raise self._failed("OAUTH_STATE_MISMATCH", "the answer comes from another server")
        if "code" not in answer:
            raise self._failed("OAUTH_AUTH_DENIED", _refusal(answer.get("error", "")))
        return answer["code"]

    def is_answered_by(self, query: str) -> bool:
        """Return whether a redirect's query answers this request."""
        state = _parameters(query).get("state", "")
        return secrets.compare_digest(state.encode(), self.state.encode())

    def _challenge(self) -> str:
        digest = hashlib.sha256(self.code_verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")

    def _failed(self, code: str, reason: str) -> OAuthError:
        name = self.account.name
        return OAuthError(
            f"The login of account {name!r} was not completed: {reason}.",
            code=code,
            details={"account": name, "region": self.account.region},
        )


def _parameters(query: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(query).items()}


def _refusal(error: str) -> str:
    if error == "access_denied":
        return "access was denied in the browser"
    return "the server answered " + (error if is_error_code(error) else "with an error")


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    """Return scheme, host and port (RFC 6454 §4), or None for what is no address."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
