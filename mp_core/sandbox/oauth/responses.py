"""How the authorization server answers programs: JSON that nobody stores, errors with a code."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from mp_core.sandbox.http.messages import HttpError, Response, json_response


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
        self.response = unstored(payload, status=status)


def unstored(payload: Mapping[str, object], *, status: int = HTTPStatus.OK) -> Response:
    """Return a JSON response that nobody stores (RFC 6749 §5.1)."""
    return json_response(payload, status=status, headers={"Cache-Control": "no-store"})


def required(sent: Mapping[str, str], name: str) -> str:
    """Return a parameter.

    Raises:
        ProtocolError: `invalid_request`: it is missing.
    """
    value = sent.get(name)
    if value is None:
        raise ProtocolError("invalid_request", f"{name} is missing.")
    return value
