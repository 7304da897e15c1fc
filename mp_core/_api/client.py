"""The HTTP side of a workspace: one client, and what is sent again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import httpx

from mp_core._api.addresses import address_of, query_of
from mp_core._api.auth import SessionAuth
from mp_core._api.responses import decoded, error_of, words
from mp_core._api.statuses import Sender
from mp_core._network import retries, waits
from mp_core._network.causes import Cause, cause_of
from mp_core._network.client import CLOSED, Client
from mp_core._network.closing import closed, ended_by, has_set
from mp_core._network.endpoints import Family
from mp_core._network.transport import http_client
from mp_core._runtime.context import Context
from mp_core._tokens.vault import utc_now
from mp_core._values.session import Session
from mp_core.errors import APIError, ConfigError
from mp_core.plugin.tokens import BasicTokenResolver

_CONNECT_TIMEOUT_S: Final = 10.0
_TIMEOUTS: Final[Mapping[Family, httpx.Timeout]] = {
    "app": httpx.Timeout(135.0, connect=_CONNECT_TIMEOUT_S),
    "query": httpx.Timeout(500.0, connect=_CONNECT_TIMEOUT_S),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a session, before it has an address.

    Attributes:
        method: The HTTP method.
        path: The path below the family's address; `{project_id}` is filled in.
        params: The query; the session adds its project and workspace to query calls.
        json: The body, or None for none.
        family: `app` or `query`.
    """

    method: str
    path: str
    params: Mapping[str, Any]
    json: Any = None
    family: Family = "app"


Send = Callable[[Call], Any]
"""Sends a call as somebody, and returns the decoded answer."""


class MixpanelClient:
    """Sends the calls of any session over one `httpx.Client`, which is made when first needed."""

    def __init__(
        self,
        context: Context,
        *,
        sleep: Callable[[float], None] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Take the surroundings; nothing is opened.

        Args:
            context: The surroundings.
            sleep: Waits for a number of seconds, instead of until then or until `close`.
            clock: Returns the time.
        """
        self._context = context
        self._sleep = sleep
        self._clock = clock
        self._clients: dict[int, Client] = {}

    @property
    def http(self) -> Client:
        """The client under all requests, the same one for the life of a process.

        A forked child has its own: on a connection of its parent, both would read the answers to
        the other's requests.
        """
        process = os.getpid()
        return self._clients.get(process) or self._clients.setdefault(process, self._opened())

    def close(self) -> None:
        """Close the connections, and end what other threads wait for; the next call opens anew."""
        http = self._clients.pop(os.getpid(), None)
        if http is not None:
            http.end()

    def _opened(self) -> Client:
        return http_client(self._context.transport, kind=self._context.user_agent_kind)

    def send(
        self,
        call: Call,
        session: Session,
        *,
        origin: str = "session=",
        resolver: BasicTokenResolver | None = None,
    ) -> Any:
        """Send a call with a session's credential and return the decoded JSON.

        Args:
            call: What to send.
            session: As whom, and for which project.
            origin: Where the credential comes from, for the error of a 401.
            resolver: Finds the bearer, instead of the tokens on this machine.

        Raises:
            AuthenticationError: 401, also after a refresh; or the credential cannot be had.
            RateLimitError: 429, after the retries that are allowed.
            QueryError: Another 4xx. ServerError: 5xx.
            APIError: No answer, a redirect, an answer that is not JSON or not Mixpanel's, or the
                client was closed meanwhile.
        """
        call = replace(call, path=call.path.replace("{project_id}", session.project_id))
        http = self.http
        with ended_by(http.ended):
            response = self._answer(http, call, session, resolver)
        if response.is_success:
            return decoded(response)
        raise error_of(response, self._sender(session, origin), now=self._clock())

    def _sender(self, session: Session, origin: str) -> Sender:
        account = session.account
        try:
            is_known = account.name in self._context.config().account_names()
        except ConfigError:
            is_known = False
        has_login = self._context.host_of(account).has_login(account)
        return Sender(session, origin, is_known=is_known, has_login=has_login)

    def _answer(
        self, http: Client, call: Call, session: Session, resolver: BasicTokenResolver | None
    ) -> httpx.Response:
        attempt = 0
        while True:
            response = self._attempt(http, call, session, resolver)
            pause = self._pause(call, response, attempt)
            if pause is None:
                break
            self._context.tell(self._told(response, pause, attempt, session))
            self._rest(http, pause, call)
            attempt += 1
        if isinstance(response, Cause):
            raise _unreachable(response, call, session)
        return response

    def _attempt(
        self, http: Client, call: Call, session: Session, resolver: BasicTokenResolver | None
    ) -> httpx.Response | Cause:
        """Send once; why that failed is returned, since the exception holds what was sent."""
        context = self._context
        to = context.destination(session.account)
        auth = SessionAuth(session, context=context, token_resolver=resolver, destination=to)
        try:
            return http.request(
                call.method,
                address_of(call.path, to.base_url(call.family)),
                params=query_of(call.path, call.params, call.family, session) or None,
                json=call.json,
                auth=auth,
                timeout=_TIMEOUTS[call.family],
            )
        except httpx.RequestError as error:
            return cause_of(error)

    def _pause(self, call: Call, response: httpx.Response | Cause, attempt: int) -> float | None:
        if not isinstance(response, Cause):
            return retries.pause_after(response, attempt, now=self._clock())
        may_repeat = attempt < retries.RETRIES and retries.is_idempotent(call.method)
        return retries.backoff(attempt) if may_repeat and response.may_pass else None

    def _told(
        self, response: httpx.Response | Cause, pause: float, attempt: int, session: Session
    ) -> str:
        if isinstance(response, Cause):
            why = f"Mixpanel could not be reached ({response.text})"
            return waits.own_pause(pause, why, attempt)
        status, said = response.status_code, words(response, session.account)
        if retries.retry_after(response, now=self._clock()) is not None:
            return waits.asked_pause(pause, status, said, attempt)
        return waits.own_pause(pause, f"Mixpanel answered {status}", attempt)

    def _rest(self, http: Client, pause: float, call: Call) -> None:
        if self._sleep is not None:
            self._sleep(pause)
        elif has_set(http.ended, pause):
            raise closed(_doing(call))


def _doing(call: Call) -> str:
    return f"the call {call.method} {call.path}"


def _unreachable(cause: Cause, call: Call, session: Session) -> APIError:
    if cause == CLOSED:
        return closed(_doing(call))
    return APIError(
        f"Mixpanel could not be reached ({cause.text}): {call.method} {call.path},"
        f" region {session.region}.",
        hint=f"{cause.hint} · see also: mp doctor",
        code="UNREACHABLE",
        details={"cause": cause.name, "region": session.region},
    )
