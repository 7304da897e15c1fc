"""The authorization server: registration, approval and tokens, below `/oauth/`."""

from __future__ import annotations

from collections.abc import Callable

from mp_core.sandbox.credentials import Credentials
from mp_core.sandbox.http.routing import Route
from mp_core.sandbox.oauth.authorization import Authorization
from mp_core.sandbox.oauth.clients import Clients
from mp_core.sandbox.oauth.logins import Logins
from mp_core.sandbox.oauth.token_endpoint import TOKEN_PATH, TokenEndpoint


class AuthorizationServer:
    """The endpoints, and what they know.

    Attributes:
        clients: Who has registered.
        logins: What people have approved.
    """

    def __init__(
        self,
        credentials: Credentials,
        clock: Callable[[], float],
        lifetime_s: Callable[[], int],
    ) -> None:
        self.clients = Clients(clock)
        self.logins = Logins(credentials, lifetime_s)
        self._authorization = Authorization(self.clients, credentials, clock)
        self._tokens = TokenEndpoint(self.clients, self._authorization.codes, self.logins)

    def routes(self) -> tuple[Route, ...]:
        """Return the router table."""
        return (
            Route("POST", "/oauth/mcp/register/", self.clients.register),
            Route("GET", "/oauth/authorize/", self._authorization.ask),
            Route("POST", "/oauth/authorize/", self._authorization.decide),
            Route("POST", TOKEN_PATH, self._tokens.token),
            Route("POST", "/oauth/revoke_token/", self._tokens.revoke),
        )
