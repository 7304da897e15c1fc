"""The authorization endpoint: a person approves a client, or denies it (RFC 6749 §4.1.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode

from mp_core.sandbox.credentials import Credentials
from mp_core.sandbox.http.routing import Request, Response
from mp_core.sandbox.oauth import pages
from mp_core.sandbox.oauth.clients import Clients, SandboxClient, origin_of
from mp_core.sandbox.oauth.expiring import Expiring
from mp_core.sandbox.oauth.pages import PageError
from mp_core.sandbox.oauth.protocol import ProtocolError, form, parameters
from mp_core.sandbox.world import SandboxIdentity

CODE_LIFETIME_S = 60
"""RFC 6749 §4.1.2 allows ten minutes; a client takes no time at all."""

_PATIENCE_S = 600
_MAX_OPEN = 1000
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Grant:
    """What an authorization code stands for.

    Attributes:
        code_challenge: The S256 hash of the verifier that must come with the code (RFC 7636 §4.2).
    """

    client_id: str
    redirect_uri: str
    code_challenge: str
    scope: str
    identity: SandboxIdentity


@dataclass(frozen=True, slots=True)
class _ReturnAddress:
    """Where an answer goes: to a redirect URI that the client has registered."""

    redirect_uri: str
    issuer: str
    state: str | None = field(repr=False)

    def answered(self, **answer: str) -> Response:
        """Return the redirect that carries an answer (RFC 6749 §4.1.2, RFC 9207 §2)."""
        state = {} if self.state is None else {"state": self.state}
        query = urlencode({**answer, **state, "iss": self.issuer})
        headers = {"Location": f"{self.redirect_uri}?{query}", "Cache-Control": "no-store"}
        return Response(HTTPStatus.SEE_OTHER, headers=headers)

    def refused(self, error: ProtocolError) -> Response:
        """Return the redirect that tells the client what is wrong (RFC 6749 §4.1.2.1)."""
        return self.answered(error=error.error, error_description=error.description)


@dataclass(frozen=True, slots=True)
class _Question:
    """A request for authorization that a person can decide."""

    client: SandboxClient
    back: _ReturnAddress
    code_challenge: str
    scope: str

    def grant(self, identity: SandboxIdentity) -> Grant:
        """Return what the approval of this person gives."""
        return Grant(
            client_id=self.client.client_id,
            redirect_uri=self.back.redirect_uri,
            code_challenge=self.code_challenge,
            scope=self.scope,
            identity=identity,
        )


class Authorization:
    """Asks people for their approval, and keeps the codes that they gave until they are spent.

    Attributes:
        codes: What each code stands for.
    """

    def __init__(
        self, clients: Clients, credentials: Credentials, clock: Callable[[], float]
    ) -> None:
        self.codes = Expiring[Grant](CODE_LIFETIME_S, clock, most=_MAX_OPEN)
        self._clients = clients
        self._credentials = credentials
        self._open = Expiring[_Question](_PATIENCE_S, clock, most=_MAX_OPEN)

    def ask(self, request: Request) -> Response:
        """Show the consent page, or send the client away that asks for what it cannot have."""
        asked, client = self._trusted(request)
        back = _ReturnAddress(asked["redirect_uri"], _origin(request), asked.get("state"))
        try:
            question = _question(asked, client, back)
        except ProtocolError as error:
            return back.refused(error)
        return pages.consent(
            client.name,
            self._credentials.identities,
            self._credentials.person.user_id,
            ticket=self._open.put(question),
            leads_to=origin_of(back.redirect_uri),
        )

    def decide(self, request: Request) -> Response:
        """Act on the decision; each page is good for one."""
        _require_own_page(request)
        answer = _read_by_a_person(lambda: form(request))
        question = self._open.take(answer.get("ticket", ""))
        if question is None:
            raise PageError("This page has been used or is too old. Start again in the program.")
        if answer.get("decision") != "approve":
            return question.back.refused(ProtocolError("access_denied", "The person said no."))
        grant = question.grant(self._identity(answer))
        return question.back.answered(code=self.codes.put(grant))

    def _trusted(self, request: Request) -> tuple[Mapping[str, str], SandboxClient]:
        """Return the parameters and the client, if an answer can be sent where they say.

        Raises:
            PageError: It cannot (RFC 6749 §4.1.2.1, §10.15).
        """
        asked = _read_by_a_person(lambda: parameters(request.query_string))
        client = self._clients.get(asked.get("client_id"))
        if client is None:
            raise PageError(
                "The client is not known here. A sandbox that ends forgets all clients."
            )
        if asked.get("redirect_uri") not in client.redirect_uris:
            raise PageError("The redirect URI is not one that the client has registered.")
        return asked, client

    def _identity(self, answer: Mapping[str, str]) -> SandboxIdentity:
        wanted = answer.get("user_id")
        people = self._credentials.identities
        identity = next((i for i in people if str(i.user_id) == wanted), None)
        if identity is None:
            raise PageError("Nobody of that number lives here.")
        return identity


def _require_own_page(request: Request) -> None:
    """Refuse a decision that another site's page sends; browsers say which one it is."""
    if request.headers.get("origin", _origin(request)) != _origin(request):
        raise PageError("Another site has sent this decision.", status=HTTPStatus.FORBIDDEN)


def _question(asked: Mapping[str, str], client: SandboxClient, back: _ReturnAddress) -> _Question:
    """Return the question to the person.

    Raises:
        ProtocolError: The client does not ask as it must.
    """
    _require_code(asked)
    return _Question(client, back, _code_challenge(asked), _scope(asked, client))


def _require_code(asked: Mapping[str, str]) -> None:
    match asked.get("response_type"):
        case "code":
            return
        case None:
            raise ProtocolError("invalid_request", "response_type is missing.")
    raise ProtocolError("unsupported_response_type", "response_type is code.")


def _code_challenge(asked: Mapping[str, str]) -> str:
    challenge = asked.get("code_challenge", "")
    # Without a method, the challenge would be the verifier itself (RFC 7636 §4.3).
    is_hashed = asked.get("code_challenge_method") == "S256"
    if not (is_hashed and _CHALLENGE.fullmatch(challenge)):
        raise ProtocolError("invalid_request", "A code_challenge of method S256 is required.")
    return challenge


def _scope(asked: Mapping[str, str], client: SandboxClient) -> str:
    scope = asked.get("scope", client.scope)
    if not set(scope.split()) <= set(client.scope.split()):
        raise ProtocolError("invalid_scope", "The client did not register for this scope.")
    return scope


def _read_by_a_person(read: Callable[[], dict[str, str]]) -> Mapping[str, str]:
    """Return what is read; where it cannot be, tell the person instead of a program."""
    try:
        return read()
    except ProtocolError as error:
        raise PageError(error.description) from None


def _origin(request: Request) -> str:
    """Return the sandbox's own address as the client calls it: by number or as localhost."""
    return f"http://{request.headers['host'].strip().lower()}"
