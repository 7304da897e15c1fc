"""How OAuth reads a request and answers it: forms, JSON, and errors with a code."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from mp_core.sandbox.http.routing import MAX_PARAMETERS, HttpError, Request, Response, json_response

TOKEN_PATH = "/oauth/token/"

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class ProtocolError(HttpError):
    """A refusal with an error code (RFC 6749 §5.2, RFC 7591 §3.2.2).

    Attributes:
        error: The code.
        description: For the developer of the client (printable ASCII).
    """

    def __init__(
        self, error: str, description: str, *, status: int = HTTPStatus.BAD_REQUEST
    ) -> None:
        super().__init__(status, description)
        self.error = error
        self.description = description
        payload = {"error": error, "error_description": description}
        self.response = answer(payload, status=status)


def answer(payload: Mapping[str, object], *, status: int = HTTPStatus.OK) -> Response:
    """Return a JSON response that nobody stores (RFC 6749 §5.1)."""
    return json_response(payload, status=status, headers=_NO_STORE)


def has_media_type(request: Request, media_type: str) -> bool:
    """Return whether the body is said to be of a media type.

    A web page cannot send JSON to another site unless that site agrees (CORS), so that asking
    for it keeps pages from registering clients.
    """
    stated = request.headers.get("content-type", "").partition(";")[0]
    return stated.strip().lower() == media_type


def form(request: Request) -> dict[str, str]:
    """Return the parameters of a form body.

    Raises:
        ProtocolError: `invalid_request`.
    """
    if not has_media_type(request, "application/x-www-form-urlencoded"):
        raise ProtocolError("invalid_request", "The body is a form.")
    return parameters(request.body.decode("utf-8", "replace"))


def parameters(encoded: str) -> dict[str, str]:
    """Return the parameters of a query or form; those without a value are as if left out.

    Raises:
        ProtocolError: `invalid_request`, when one is there twice (RFC 6749 §3.1).
    """
    try:
        pairs = parse_qsl(encoded, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise ProtocolError("invalid_request", "There are too many parameters.") from None
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ProtocolError("invalid_request", "A parameter is there twice.")
    return found
