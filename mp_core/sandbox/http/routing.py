"""Requests, responses and the table that leads from one to the other."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from mp_core.sandbox.world import SandboxIdentity

MAX_PARAMETERS = 100
"""How many parameters a query or a form may have."""

_MAX_BRACKETS = 500


@dataclass(frozen=True, slots=True)
class Request:
    """One request whose body has been read.

    Attributes:
        query: The last value of each parameter.
        headers: By lower-case name; repeated fields are joined with a comma.
        identity: Whose valid credential the request carries, if any.
        params: The named groups of the matching route.
        query_string: The query as it was sent.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    identity: SandboxIdentity | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    query_string: str = field(default="", repr=False)

    def json(self) -> Any:
        """Return the decoded JSON body.

        Raises:
            HttpError: 400 when the body is not JSON, or has so many brackets that it may be nested
                deeper than can be written again.
        """
        if self.body.count(b"[") + self.body.count(b"{") > _MAX_BRACKETS:
            raise HttpError(HTTPStatus.BAD_REQUEST, "The body has too many brackets.")
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise HttpError(HTTPStatus.BAD_REQUEST, "The body is not JSON.") from None


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, complete but for the headers that every answer has."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class HttpError(Exception):
    """An answer that refuses the request."""

    def __init__(
        self, status: int, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        payload = {"status": "error", "error": message}
        self.response = json_response(payload, status=status, headers=headers)


Handler = Callable[[Request], Response]


class Route:
    """One row of a router table; `pattern` must match the whole path."""

    __slots__ = ("handler", "method", "pattern")

    def __init__(self, method: str, pattern: str, handler: Handler) -> None:
        self.method = method
        self.pattern = re.compile(pattern)
        self.handler = handler


def json_response(
    payload: object, *, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a response with the payload as JSON."""
    return Response(status, json.dumps(payload).encode(), headers=headers or {})


def dispatch(routes: Iterable[Route], request: Request) -> Response:
    """Answer the request with the route that matches it.

    Raises:
        HttpError: 404 for an unknown path, 405 for a known one, or what the handler raises.
    """
    found = [(r, match) for r in routes if (match := r.pattern.fullmatch(request.path))]
    for route, match in found:
        if route.method == request.method:
            return route.handler(replace(request, params=match.groupdict()))
    if not found:
        raise HttpError(HTTPStatus.NOT_FOUND, "No such endpoint.")
    allowed = ", ".join(sorted(route.method for route, _ in found))
    raise HttpError(
        HTTPStatus.METHOD_NOT_ALLOWED, f"Allowed: {allowed}.", headers={"Allow": allowed}
    )
