"""The authorization endpoint: a person approves a client, or denies it (RFC 6749 §4.1.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode

from mp_core.sandbox.credentials import Credentials
from mp_core.sandbox.http.messages import Request, Response
from mp_core.sandbox.oauth import pages
from mp_core.sandbox.oauth.clients import Clients, SandboxClient
from mp_core.sandbox.oauth.expiring import Expiring
from mp_core.sandbox.oauth.pages import PageError
from mp_core.sandbox.oauth.responses import ProtocolError, required
from mp_core.sandbox.world import SandboxIdentity

CODE_LIFETIME_S = 60
"""RFC 6749 §4.1.2 allows ten minutes; a client takes no time at all."""

_PATIENCE_S = 600
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a client asks a person for.

    Attributes:
        redirect_uri: Where the answer goes, one that the client has registered.
        code_challenge: The S256 hash of the verifier that must come with the code (RFC 7636 §4.2).
    """

    client: SandboxClient
    redirect_uri: str
    issuer: str
    state: str | None = field(repr=False)
    code_challenge: str
    scope: str

    def answered(self, **answer: str) -> Response:
        """Return the redirect that carries an answer (RFC 6749 §4.1.2, RFC 9207 §2)."""
        state = {} if self.state is None else {"state": self.state}
        query = urlencode({**answer, **state, "iss": self.issuer})
        headers = {"Location": f"{self.redirect_uri}?{query}", "Cache-Control": "no-store"}
        return Response(HTTPStatus.SEE_OTHER, headers=headers)

    def refused(self, error: str, description: str) -> Response:
        """Return the redirect that tells the client what is wrong (RFC 6749 §4.1.2.1)."""
        return self.answered(error=error, error_description=description)


@dataclass(frozen=True, slots=True)
class Grant:
    """What an authorization code stands for: what was asked for, and who approved."""

    asked: AuthorizationRequest
    identity: SandboxIdentity


class Authorization:
    """Asks people for their approval, and keeps the codes that they gave until they are spent.

    Attributes:
        codes: What each code stands for.
    """

    def __init__(
        self, clients: Clients, credentials: Credentials, clock: Callable[[], float]
    ) -> None:
        self.codes = Expiring[Grant](CODE_LIFETIME_S, clock)
        self._clients = clients
        self._credentials = credentials
        self._open = Expiring[AuthorizationRequest](_PATIENCE_S, clock)

    def ask(self, request: Request) -> Response:
        """Show the consent page, or send the client away that asks for what it cannot have."""
        asked = self._read(request)
        try:
            _require_valid(asked, request.query)
        except ProtocolError as error:
            return asked.refused(error.error, error.description)
        people, chosen = self._credentials.identities, self._credentials.person
        return pages.consent(asked.client.name, people, chosen, ticket=self._open.put(asked))

    def decide(self, request: Request) -> Response:
        """Act on the decision; each page is good for one."""
        decision = request.form()
        asked = self._open.take(decision.get("ticket", ""))
        if asked is None:
            raise PageError("This page has been used or is too old. Start again in the program.")
        if decision.get("decision") != "approve":
            return asked.refused("access_denied", "The person said no.")
        grant = Grant(asked, self._identity(decision.get("user_id")))
        return asked.answered(code=self.codes.put(grant))

    def _read(self, request: Request) -> AuthorizationRequest:
        """Return what is asked for, if an answer can be sent where it says.

        Raises:
            PageError: It cannot (RFC 6749 §4.1.2.1, §10.15).
        """
        query = request.query
        client = self._clients.get(query.get("client_id"))
        if client is None:
            raise PageError(
                "The client is not known here. A sandbox that ends forgets all clients."
            )
        if query.get("redirect_uri") not in client.redirect_uris:
            raise PageError("The redirect URI is not one that the client has registered.")
        return AuthorizationRequest(
            client=client,
            redirect_uri=query["redirect_uri"],
            # The sandbox's own address as the client calls it: by number or as localhost.
            issuer=f"http://{request.headers['host'].lower()}",
            state=query.get("state"),
            code_challenge=query.get("code_challenge", ""),
            scope=query.get("scope", client.scope),
        )

    def _identity(self, user_id: str | None) -> SandboxIdentity:
        people = self._credentials.identities
        identity = next((i for i in people if str(i.user_id) == user_id), None)
        if identity is None:
            raise PageError("Nobody of that number lives here.")
        return identity


def _require_valid(asked: AuthorizationRequest, query: Mapping[str, str]) -> None:
    """Raise a `ProtocolError` when the client does not ask as it must."""
    if required(query, "response_type") != "code":
        raise ProtocolError("unsupported_response_type", "response_type is code.")
    # Without a method, the challenge would be the verifier itself (RFC 7636 §4.3).
    is_hashed = query.get("code_challenge_method") == "S256"
    if not (is_hashed and _CHALLENGE.fullmatch(asked.code_challenge)):
        raise ProtocolError("invalid_request", "A code_challenge of method S256 is required.")
    if not set(asked.scope.split()) <= set(asked.client.scope.split()):
        raise ProtocolError("invalid_scope", "The client did not register for this scope.")
