"""Requests and responses as the handlers see them, with everything read and decoded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from mp_core.sandbox.world import SandboxIdentity


@dataclass(frozen=True, slots=True)
class Request:
    """One request whose body has been read.

    Attributes:
        query: The last value of each parameter.
        headers: By lower-case name; the last of repeated fields.
        identity: Whose valid credential the request carries, if any.
        params: The named groups of the matching route.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    identity: SandboxIdentity | None = None
    params: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """Return the decoded JSON body.

        Raises:
            HttpError: 400 when the body is not JSON.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise HttpError(HTTPStatus.BAD_REQUEST, "The body is not JSON.") from None

    def form(self) -> Mapping[str, str]:
        """Return the fields of a form body; those without a value are as if left out."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace")))


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


def json_response(
    payload: object, *, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a response with the payload as JSON."""
    return Response(status, json.dumps(payload).encode(), headers=headers or {})
