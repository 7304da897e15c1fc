"""Ways in which the sandbox can be told to fail."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Literal, cast, get_args

from mp_core.sandbox.http.routing import HttpError, Response
from mp_core.sandbox.oauth.protocol import TOKEN_PATH, ProtocolError

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

_SERVER_ERRORS = (500, 502, 503, 504)
_MAX_DELAY_S = 3600
_OWN_PATHS = {"invalid_grant": TOKEN_PATH}
_SPEC = re.compile(
    r"(?P<kind>[^:*]*)(?::(?P<value>.+?))?(?:\*(?P<times>[0-9]{1,9}))?"
    r"(?:@(?P<path>/[^@]*))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure to answer with.

    Attributes:
        kind: What happens, one of `FAULT_KINDS`.
        times: How many requests it hits; None for all until the faults are cleared.
        path: The beginning of the paths it hits, for example `/api/query`; None for all, or for
            the token endpoint in the case of `invalid_grant`, which no other knows.
        retry_after: For `rate_limited`: the `Retry-After` header in seconds, or as an HTTP date
            for an aware `datetime`; None leaves the header out.
        delay_s: For `slow`: seconds before the normal answer, at most an hour.
        status: For `server_error`: 500, 502, 503 or 504.
        location: For `redirect`: where to.
        body: For `malformed`: what is sent with status 200, as if it were JSON.

    Raises:
        ValueError: A value is out of its range.
    """

    kind: FaultKind
    times: int | None = None
    path: str | None = None
    retry_after: int | datetime | None = None
    delay_s: float = 1.0
    status: int = HTTPStatus.SERVICE_UNAVAILABLE
    location: str = "http://elsewhere.invalid/"
    body: bytes = b"<!doctype html><title>Not JSON</title>"

    def __post_init__(self) -> None:
        if self.kind not in FAULT_KINDS:
            raise ValueError(_unknown_kind(self.kind))
        for is_right, rule in self._rules():
            if not is_right:
                raise ValueError(f"{self.kind}: {rule}.")

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read `KIND[:VALUE][*TIMES][@PATH]`, for example `rate_limited:30*2@/oauth/`.

        VALUE is seconds or an HTTP date for `rate_limited`, the status for `server_error`,
        seconds for `slow`, the URL for `redirect` and the body for `malformed`; the other kinds
        have none.

        Raises:
            ValueError: The text does not have this form (the message lists the kinds), or the
                value does not fit the kind.
        """
        match = _SPEC.fullmatch(text)
        kind = match["kind"] if match else text.partition(":")[0]
        if match is None or kind not in FAULT_KINDS:
            raise ValueError(_unknown_kind(kind) if match else _bad_form(text))
        times = int(match["times"]) if match["times"] else None
        fields = {} if match["value"] is None else _parse_value(kind, match["value"])
        return replace(cls(cast(FaultKind, kind), times, match["path"]), **fields)

    @property
    def is_visible(self) -> bool:
        """Whether the client gets to see something else than the normal answer."""
        return self.kind != "slow"

    @property
    def pause_s(self) -> float:
        """Seconds to wait before the answer is sent."""
        return self.delay_s if self.kind == "slow" else 0.0

    def hits(self, path: str) -> bool:
        """Return whether a request for this path meets the fault."""
        return path.startswith(self.path or _OWN_PATHS.get(self.kind, ""))

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
            case "unauthorized":
                return HttpError(HTTPStatus.UNAUTHORIZED, "Unauthorized (injected).").response
            case "forbidden":
                return HttpError(HTTPStatus.FORBIDDEN, "Forbidden (injected).").response
            case "rate_limited":
                return self._rate_limited()
            case "server_error":
                return HttpError(self.status, "Server error (injected).").response
            case "malformed":
                return Response(HTTPStatus.OK, self.body)
            case "invalid_grant":
                return ProtocolError("invalid_grant", "Injected.").response
        return Response(HTTPStatus.FOUND, headers={"Location": self.location})

    def _rate_limited(self) -> Response:
        after = self.retry_after
        if isinstance(after, datetime):
            after_text = format_datetime(after.astimezone(UTC), usegmt=True)
        else:
            after_text = str(after)
        headers = {} if after is None else {"Retry-After": after_text}
        status = HTTPStatus.TOO_MANY_REQUESTS
        return HttpError(status, "Too many requests (injected).", headers=headers).response

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        after = self.retry_after
        is_aware = isinstance(after, datetime) and after.tzinfo is not None
        is_seconds = after is None or (isinstance(after, int) and after >= 0)
        url = self.location
        return (
            (self.times is None or self.times > 0, "times is at least 1"),
            (is_aware or is_seconds, "retry_after is seconds, or a datetime with a zone"),
            (0 <= self.delay_s <= _MAX_DELAY_S, f"delay_s is from 0 to {_MAX_DELAY_S}"),
            (self.status in _SERVER_ERRORS, f"status is one of {_SERVER_ERRORS}"),
            (bool(url) and url.isascii() and url.isprintable(), "location is an ASCII URL"),
        )


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


def _unknown_kind(kind: str) -> str:
    return f"Unknown fault {kind!r}; the kinds are {', '.join(FAULT_KINDS)}."


def _bad_form(text: str) -> str:
    return f"{text!r} is not KIND[:VALUE][*TIMES][@PATH]; the kinds are {', '.join(FAULT_KINDS)}."


def _retry_after(value: str) -> int | datetime:
    return int(value) if value.isdecimal() else parsedate_to_datetime(value)


_VALUES: dict[str, tuple[str, Callable[[str], object]]] = {
    "rate_limited": ("retry_after", _retry_after),
    "server_error": ("status", int),
    "slow": ("delay_s", float),
    "redirect": ("location", str),
    "malformed": ("body", str.encode),
}


def _parse_value(kind: str, value: str) -> dict[str, Any]:
    if kind not in _VALUES:
        raise ValueError(f"{kind} takes no value; these kinds do: {', '.join(_VALUES)}.")
    name, convert = _VALUES[kind]
    try:
        return {name: convert(value)}
    except (ValueError, OverflowError):
        raise ValueError(f"{kind} cannot take {value!r} as its {name}.") from None
