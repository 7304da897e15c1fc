"""Ways in which the sandbox can be told to fail."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Literal, get_args

from mp_core.sandbox.http.messages import HttpError, Response
from mp_core.sandbox.oauth.responses import ProtocolError
from mp_core.sandbox.oauth.token_endpoint import TOKEN_PATH

FaultKind = Literal[
    "unauthorized",
    "forbidden",
    "rate_limited",
    "server_error",
    "slow",
    "disconnect",
    "lost_response",
    "malformed",
    "redirect",
    "invalid_grant",
]
FAULT_KINDS: tuple[str, ...] = get_args(FaultKind)

_STATUSES = {
    "unauthorized": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure to answer with.

    Attributes:
        kind: What happens, one of `FAULT_KINDS`.
        times: How many requests it hits; None for all until the faults are cleared.
        path: The beginning of the paths it hits, for example `/api/query`; None for all, or for
            the token endpoint in the case of `invalid_grant`, which no other knows.
        retry_after: For errors: the `Retry-After` header, in seconds or as an HTTP date; None
            leaves the header out.
        delay_s: For `slow`: seconds before the normal answer.
        status: For `server_error`: the status.
        location: For `redirect`: where to.
        body: For `malformed`: what is sent with status 200, as if it were JSON.

    Raises:
        ValueError: There is no such kind.
    """

    kind: FaultKind
    times: int | None = None
    path: str | None = None
    retry_after: int | str | None = None
    delay_s: float = 1.0
    status: int = HTTPStatus.SERVICE_UNAVAILABLE
    location: str = "http://elsewhere.invalid/"
    body: bytes = b"<!doctype html><title>Not JSON</title>"

    def __post_init__(self) -> None:
        if self.kind not in FAULT_KINDS:
            kinds = ", ".join(FAULT_KINDS)
            raise ValueError(f"Unknown fault {self.kind!r}; the kinds are {kinds}.")

    @property
    def pause_s(self) -> float:
        """Seconds to wait before the answer is sent."""
        return self.delay_s if self.kind == "slow" else 0.0

    def hits(self, path: str) -> bool:
        """Return whether a request for this path meets the fault."""
        own = TOKEN_PATH if self.kind == "invalid_grant" else ""
        return path.startswith(self.path or own)

    def answer(self, route: Callable[[], Response]) -> Response | None:
        """Return what is sent, or None when the connection is cut instead.

        Args:
            route: Acts on the request and returns the normal answer; called only if the fault
                comes after that.
        """
        match self.kind:
            case "slow":
                return route()
            case "lost_response":
                route()
                return None
            case "disconnect":
                return None
        return self._replacement()

    def _replacement(self) -> Response:
        """Return what is sent in place of the normal answer, without acting on the request."""
        match self.kind:
            case "malformed":
                return Response(HTTPStatus.OK, self.body)
            case "redirect":
                return Response(HTTPStatus.FOUND, headers={"Location": self.location})
            case "invalid_grant":
                return ProtocolError("invalid_grant", "Injected.").response
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        status = _STATUSES.get(self.kind, self.status)
        return HttpError(status, "Injected.", headers=headers).response


class FaultQueue:
    """The injected faults, the oldest first; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def inject(self, fault: Fault) -> None:
        """Add a fault behind those already there."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._faults.clear()

    def take(self, path: str) -> Fault | None:
        """Return the oldest fault that hits the path, and use it up by one."""
        with self._lock:
            hits = (n for n, fault in enumerate(self._faults) if fault.hits(path))
            at = next(hits, None)
            return None if at is None else self._use_up(at)

    def _use_up(self, at: int) -> Fault:
        fault = self._faults[at]
        if fault.times == 1:
            del self._faults[at]
        elif fault.times is not None:
            self._faults[at] = replace(fault, times=fault.times - 1)
        return fault
