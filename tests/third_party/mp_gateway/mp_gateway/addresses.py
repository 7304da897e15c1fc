"""What can be the address of a gateway."""

from __future__ import annotations

from urllib.parse import urlsplit


def private(address: str) -> str:
    """Return the address of a gateway, without a slash at its end.

    Raises:
        ValueError: It is not https, or has more than a host and a path.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("a gateway has an https address")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("the address of a gateway has no user, query or fragment")
    return address.rstrip("/")
