"""Which addresses credentials may go to."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def is_safe(address: str) -> bool:
    """Return whether an address is on https, or stays on this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_here = parts.scheme == "http" and parts.hostname in _LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or is_here)


def issuer(address: str) -> str:
    """Return the address of an issuer, without a slash at the end (RFC 8414 §2).

    Raises:
        ValueError: It is not safe, or has more than a path.
    """
    if not is_safe(address):
        raise ValueError("the issuer needs an https address")
    parts = urlsplit(address)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("the issuer is an address without user, query and fragment")
    return address.rstrip("/")
