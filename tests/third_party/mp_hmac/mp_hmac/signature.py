"""The signature of one request, which is good once and for a short time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import SecretStr

from mp_core.plugin import OutgoingRequest

SCHEME = "HMAC-SHA256"


class Signature(NamedTuple):
    """What proves a request.

    Attributes:
        key_id: Which secret made it.
        date: When, in ISO 8601.
        nonce: A number that no other signature has.
        value: The signature itself.
    """

    key_id: str
    date: str
    nonce: str
    value: str

    @classmethod
    def made(
        cls,
        key_id: str,
        secret: SecretStr,
        request: OutgoingRequest,
        *,
        now: datetime | None = None,
    ) -> Signature:
        """Sign a request.

        Args:
            key_id: Which secret it is.
            secret: The secret.
            request: The request, with its body.
            now: The time.
        """
        date = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        nonce = secrets.token_hex(16)
        text = signed_text(request.method, request.url, date, nonce, request.content or b"")
        return cls(key_id, date, nonce, signed(secret, text))

    def headers(self) -> dict[str, str]:
        """Return the header fields that carry it."""
        proof = f"{SCHEME} key={self.key_id}, nonce={self.nonce}, signature={self.value}"
        return {"Authorization": proof, "X-Date": self.date}


def signed_text(method: str, url: str, date: str, nonce: str, body: bytes) -> bytes:
    """Return what is signed: a line for each part, the body as its hash."""
    digest = hashlib.sha256(body).hexdigest()
    return "\n".join((method, url, date, nonce, digest)).encode()


def signed(secret: SecretStr, text: bytes) -> str:
    """Return the signature of a text (RFC 2104)."""
    return hmac.new(secret.get_secret_value().encode(), text, hashlib.sha256).hexdigest()
