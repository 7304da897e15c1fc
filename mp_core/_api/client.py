"""The HTTP side of a workspace: addresses, headers and retries."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, unquote

import httpx

from mp_core._api.auth import SessionAuth
from mp_core._api.responses import Sender, decoded, error_of
from mp_core._network import endpoints, retries
from mp_core._network.endpoints import Family
from mp_core._network.transport import http_client
from mp_core._runtime.context import Context
from mp_core._tokens.vault import utc_now
from mp_core._values.session import Session
from mp_core._version import __version__
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
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Take the surroundings; nothing is opened."""
        self._context = context
        self._sleep = sleep
        self._clock = clock
        self._clients: dict[int, httpx.Client] = {}

    @property
    def http(self) -> httpx.Client:
        """The client under all requests, the same one for the life of a process.

        A forked child has its own: on a connection of its parent, both would read the answers to
        the other's requests.
        """
        process = os.getpid()
        return self._clients.get(process) or self._clients.setdefault(process, self._opened())

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        http = self._clients.pop(os.getpid(), None)
        if http is not None:
            http.close()

    def _opened(self) -> httpx.Client:
        user_agent = _user_agent(self._context.user_agent_kind)
        return http_client(self._context.transport, headers={"User-Agent": user_agent})

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
            APIError: No answer, a redirect, or an answer that is not JSON.
        """
        call = replace(call, path=call.path.replace("{project_id}", session.project_id))
        auth = SessionAuth(session, context=self._context, token_resolver=resolver)
        response = self._answer(call, session, auth)
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

    def _answer(self, call: Call, session: Session, auth: SessionAuth) -> httpx.Response:
        attempt = 0
        while True:
            response, failure = self._attempt(call, session, auth)
            pause = self._pause(call, response, attempt)
            if pause is None:
                break
            self._sleep(pause)
            attempt += 1
        if response is None:
            raise _unreachable(failure, call, session)
        return response

    def _attempt(
        self, call: Call, session: Session, auth: SessionAuth
    ) -> tuple[httpx.Response | None, str]:
        """Send once; a failure is returned as text, since the exception holds the credential."""
        try:
            return self.http.request(
                call.method,
                self._url(call, session),
                params=_params(call, session) or None,
                json=call.json,
                headers=session.headers or None,
                auth=auth,
                timeout=_TIMEOUTS[call.family],
            ), ""
        except httpx.TimeoutException:
            return None, "no answer in time"
        except httpx.RequestError as error:
            return None, type(error).__name__

    def _pause(self, call: Call, response: httpx.Response | None, attempt: int) -> float | None:
        if response is not None:
            return retries.pause_after(response, attempt, now=self._clock())
        may_repeat = attempt < retries.RETRIES and retries.is_idempotent(call.method)
        return retries.backoff(attempt) if may_repeat else None

    def _url(self, call: Call, session: Session) -> httpx.URL:
        base = endpoints.base_url(session.region, call.family, self._context.env)
        path = call.path.partition("?")[0]
        if _stays_below(path):
            with contextlib.suppress(httpx.InvalidURL, UnicodeError):
                return httpx.URL(base + path)
        raise ConfigError(
            f"The path {call.path!r} does not start with one slash, leads up, or is not fit for an"
            " address.",
            hint="Give the path below the API, for example /me.",
        )


def _stays_below(path: str) -> bool:
    """Return whether a path names no host, has no fragment, and does not lead up to another API."""
    leads_up = not {".", ".."}.isdisjoint(unquote(path).replace("\\", "/").split("/"))
    return path[:1] == "/" != path[1:2] and "#" not in path and not leads_up


def _params(call: Call, session: Session) -> dict[str, Any]:
    """Return the query of a call; query calls carry project and workspace of the session."""
    written = parse_qs(call.path.partition("?")[2], keep_blank_values=True)
    params: dict[str, Any] = {key: v[0] if len(v) == 1 else v for key, v in written.items()}
    params |= {key: value for key, value in call.params.items() if value is not None}
    if call.family != "query":
        return params
    scope = {"project_id": session.project_id, "workspace_id": session.workspace_id}
    for key, value in scope.items():
        if value is not None and str(params.setdefault(key, value)) != str(value):
            raise ConfigError(
                f"The parameter {key} differs from the session's {value}.",
                hint=f"Leave {key} out, and switch with use().",
            )
    return params


def _unreachable(failure: str, call: Call, session: Session) -> APIError:
    return APIError(
        f"Mixpanel could not be reached ({failure}): {call.method} {call.path},"
        f" region {session.region}.",
        hint="Check the network, MP_API_BASE_URL and the proxy settings.",
        code="UNREACHABLE",
    )


def _user_agent(kind: str) -> str:
    version = ".".join(platform.python_version_tuple()[:2])
    return f"mp-core/{__version__} (python/{version}; {kind})"
