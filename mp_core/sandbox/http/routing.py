"""The table that leads from a request to its handler."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from http import HTTPStatus

from mp_core.sandbox.http.messages import HttpError, Request, Response

Handler = Callable[[Request], Response]


class Route:
    """One row of a router table; `pattern` must match the whole path."""

    __slots__ = ("handler", "method", "pattern")

    def __init__(self, method: str, pattern: str, handler: Handler) -> None:
        self.method = method
        self.pattern = re.compile(pattern)
        self.handler = handler


def dispatch(routes: Iterable[Route], request: Request) -> Response:
    """Answer the request with the route that matches it, or with why there is no answer."""
    try:
        return _dispatch(routes, request)
    except HttpError as refusal:
        return refusal.response


def _dispatch(routes: Iterable[Route], request: Request) -> Response:
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
