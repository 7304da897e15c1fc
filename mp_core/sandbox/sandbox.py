"""The face of the sandbox: start it, aim a client at it, look at what it saw."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self

from mp_core.sandbox.api import Api
from mp_core.sandbox.browser import Browser, is_local
from mp_core.sandbox.credentials import Credentials
from mp_core.sandbox.faults import Fault, FaultQueue
from mp_core.sandbox.http.messages import Request, Response
from mp_core.sandbox.http.routing import dispatch
from mp_core.sandbox.http.server import HOST, SandboxServer
from mp_core.sandbox.oauth.authorization_server import AuthorizationServer
from mp_core.sandbox.oauth.clients import SandboxClient
from mp_core.sandbox.oauth.logins import SandboxLogin
from mp_core.sandbox.world import IDENTITIES, SandboxIdentity


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request that reached the sandbox.

    Attributes:
        query: The last value of each parameter.
        headers: By lower-case name, without `authorization`.
        authorization: The whole value as sent; it does not show in the `repr`.
        identity_name: Whose valid credential it carried, if any.
        status: The answer's status, or None when a fault closes the connection without one.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    authorization: str | None = field(repr=False)
    identity_name: str | None
    status: int | None


class Sandbox:
    """A small local Mixpanel on the loopback interface, with invented people and data.

    Aim a client at it with `MP_API_BASE_URL`:

        with Sandbox() as sandbox:
            httpx.get(f"{sandbox.url}/api/app/me", auth=(…, …))
            assert sandbox.requests[-1].identity_name == "ci"

    Args:
        port: Where to listen; 0 lets the system choose.
        identities: Who exists; by default a robot and two people who share some projects.
        clock: Seconds since the epoch, for the expiry of tokens and codes.

    Attributes:
        requests: What was asked so far; each is there before its answer is sent, and before the
            delay of a slow one. Requests for another host are not in it.
        token_lifetime_s: How long an access token lives that a login or a refresh yields from now
            on, in whole seconds.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        identities: Sequence[SandboxIdentity] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token_lifetime_s = 3600
        self.requests: list[SeenRequest] = []
        self._port = port
        self._credentials = Credentials(IDENTITIES if identities is None else identities, clock)
        self._faults = FaultQueue()
        self._oauth = AuthorizationServer(
            self._credentials, clock, lifetime_s=lambda: self.token_lifetime_s
        )
        self._routes = (*Api().routes(), *self._oauth.routes())
        self._browser = Browser()
        self._closing = threading.Event()
        self._server: SandboxServer | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> Self:
        """Begin to listen, unless it already does.

        Raises:
            OSError: The port is taken.
        """
        if self._server is None:
            self._closing.clear()
            self._server = SandboxServer(self._port, self._answer)
        return self

    def close(self) -> None:
        """Stop listening, cut all connections and wait until every thread has ended."""
        server, self._server = self._server, None
        if server is not None:
            self._closing.set()
            server.close()
            self._browser.close()

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end.

        Raises:
            RuntimeError: The sandbox is not running.
        """
        if self._server is None:
            raise RuntimeError("The sandbox is not running; call start() first.")
        return f"http://{HOST}:{self._server.port}"

    @property
    def identities(self) -> tuple[SandboxIdentity, ...]:
        """Who exists, with their current secrets."""
        return self._credentials.identities

    @property
    def samples(self) -> Mapping[str, str]:
        """A value for each field a provider may ask for: the token is of the second identity."""
        robot = self.identities[0]
        return {**self.samples_for(robot), "token": self._credentials.person.token}

    def samples_for(self, identity: SandboxIdentity) -> Mapping[str, str]:
        """Return the current value of each field a provider may ask for, all of one identity."""
        now = next(i for i in self.identities if i.user_id == identity.user_id)
        return {"username": now.username, "secret": now.secret, "token": now.token}

    def rotate_secret(self, identity: SandboxIdentity) -> SandboxIdentity:
        """Replace the identity's secret and return the identity as it is now."""
        return self._credentials.rotate_secret(identity)

    def issue_token(self, identity: SandboxIdentity, expires_in_s: float = 3600) -> str:
        """Return a new Bearer token, which is refused once `expires_in_s` have passed."""
        return self._credentials.issue_token(identity, expires_in_s)

    def revoke_token(self, token: str) -> bool:
        """Refuse the token from now on; return whether it was known."""
        return self._credentials.revoke_token(token)

    def expire_tokens(self) -> None:
        """Refuse every issued access token from now on; logins can be refreshed as before."""
        self._credentials.expire_tokens()

    @property
    def clients(self) -> tuple[SandboxClient, ...]:
        """Which clients have registered (RFC 7591), in the order in which they did."""
        return self._oauth.clients.all

    @property
    def logins(self) -> tuple[SandboxLogin, ...]:
        """The logins that people have approved, in that order."""
        return self._oauth.logins.all

    @property
    def refreshes(self) -> int:
        """How often tokens were renewed, whether or not the answer arrived."""
        return sum(login.refreshes for login in self.logins)

    def approve(self, url: str, identity: SandboxIdentity | None = None) -> bool:
        """Open an authorization URL as a person with a browser would, and approve.

        It may also be an address of a program on this machine that sends the browser on to one.

        It returns at once, so that it can stand for the opening of a browser in a login.

        Args:
            url: Where to.
            identity: Who logs in, by default the second identity.

        Returns:
            False when the URL is one of neither, and nothing was done.
        """
        person = identity or self._credentials.person
        return self._visit(url, decision="approve", user_id=str(person.user_id))

    def deny(self, url: str) -> bool:
        """Open an authorization URL as `approve` does, and deny."""
        return self._visit(url, decision="deny")

    def inject(self, fault: Fault) -> None:
        """Answer coming requests with this fault; of several that fit, the oldest goes first."""
        self._faults.inject(fault)

    def clear_faults(self) -> None:
        """Answer normally again."""
        self._faults.clear()

    def _visit(self, url: str, **decision: str) -> bool:
        if self._server is None or not is_local(url):
            return False
        self._browser.visit(url, **decision)
        return True

    def _answer(self, request: Request) -> Response | None:
        authorization = request.headers.get("authorization")
        request = replace(request, identity=self._credentials.identify(authorization))
        fault = self._faults.take(request.path)
        route = partial(dispatch, self._routes, request)
        response = fault.answer(route) if fault else route()
        self.requests.append(_seen(request, response))
        is_cut = fault is not None and self._closing.wait(fault.pause_s)
        return None if is_cut else response


def _seen(request: Request, response: Response | None) -> SeenRequest:
    headers = dict(request.headers)
    return SeenRequest(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        authorization=headers.pop("authorization", None),
        headers=headers,
        identity_name=request.identity.name if request.identity else None,
        status=None if response is None else response.status,
    )
