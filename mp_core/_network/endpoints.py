"""Mixpanel's addresses by region, and the rule that keeps credentials on them."""

from __future__ import annotations

import functools
import ipaddress
import re
from typing import Literal, get_args
from urllib.parse import SplitResult, urlsplit, urlunsplit

from mp_core import _env as variables
from mp_core._env import Environ
from mp_core.errors import ConfigError

Region = Literal["us", "eu", "in"]
Family = Literal["app", "query", "export", "oauth"]
Origin = tuple[str, str | None, int | None]

REGIONS: tuple[Region, ...] = get_args(Region)
FAMILIES: tuple[Family, ...] = get_args(Family)

_APP_HOSTS = {"us": "mixpanel.com", "eu": "eu.mixpanel.com", "in": "in.mixpanel.com"}
_DATA_HOSTS = {
    "us": "data.mixpanel.com",
    "eu": "data-eu.mixpanel.com",
    "in": "data-in.mixpanel.com",
}
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_SKIPPED = re.compile(r"[\x00-\x20\x7f]")
"""What parsers of addresses leave out, or end an address at, each in its own way."""
_PATHS = {"app": "/api/app", "query": "/api/query", "export": "/api/2.0", "oauth": "/oauth"}


def region_of_domain(domain: str | None) -> Region | None:
    """Return the region whose projects have this domain, or None."""
    found = (domain or "").lower()
    return next((region for region in REGIONS if _APP_HOSTS[region] == found), None)


def base_url(region: Region, family: Family, env: Environ) -> str:
    """Return the address of an API family, without a trailing slash.

    Raises:
        ConfigError: `MP_API_BASE_URL` is set and may not receive credentials.
    """
    return address(region, family, override(env))


def address(region: Region, family: Family, base: str | None) -> str:
    """Return the address of an API family: below a base, which keeps its path, or its own host."""
    return (base or f"https://{_host(region, family)}") + _PATHS[family]


def override(env: Environ) -> str | None:
    """Return scheme and host of `MP_API_BASE_URL`, or None.

    Raises:
        ConfigError: It is neither https, nor http on a loopback host.
    """
    value = variables.get(env, variables.API_BASE_URL)
    base = None if value is None else private_base(value)
    if value is not None and base is None:
        raise _refused()
    return base


@functools.lru_cache(maxsize=64)
def private_base(value: str) -> str | None:
    """Return an address below which credentials may be sent, without a slash at its end.

    None is returned for one that is neither https, nor http on a loopback host, or that holds a
    user, a password or a query.
    """
    try:
        parts = urlsplit(_unambiguous(value.strip()))
        port, host = parts.port, _host_of(parts)
    except ValueError:
        return None
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not secure or port == 0 or parts.query:
        return None
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def may_carry_credential(url: str, region: Region, bases: tuple[str | None, ...]) -> bool:
    """Return whether a request to this address may carry the credential of an account.

    Args:
        url: The address.
        region: The region of the account.
        bases: For each family, what stands in the place of the region's host, or None.
    """
    try:
        return origin(url) in _origins(region, bases)
    except ValueError:  # It has a port or a host that there cannot be.
        return False


@functools.lru_cache(maxsize=64)
def _origins(region: Region, bases: tuple[str | None, ...]) -> frozenset[Origin]:
    pairs = zip(FAMILIES, bases, strict=True)
    return frozenset(origin(address(region, family, base)) for family, base in pairs)


def _unambiguous(value: str) -> str:
    if _SKIPPED.search(value):
        raise ValueError
    return value


def _host_of(parts: SplitResult) -> str:
    """Return the host, which every parser of addresses finds in the same place.

    Raises:
        ValueError: It cannot be asked for, or a user stands before it.
    """
    host = parts.hostname or ""
    if not _AUTHORITY.fullmatch(parts.netloc):
        raise ValueError
    if ":" in host:
        ipaddress.IPv6Address(host)
    # No label may be empty, too long or no Punycode.
    host.encode("idna").decode("idna")
    return host


def is_loopback(host: str) -> bool:
    """Return whether a host name is this machine (RFC 6761 §6.3, RFC 5735 §3, RFC 4291 §2.5.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host(region: Region, family: Family) -> str:
    return (_DATA_HOSTS if family == "export" else _APP_HOSTS)[region]


def origin(url: str) -> Origin:
    """Return scheme, host and port of an address.

    Raises:
        ValueError: It has a port or a host that there cannot be.
    """
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default


def _refused() -> ConfigError:
    return ConfigError(
        f"{variables.API_BASE_URL} must be an https address, or http on a loopback host,"
        " with no user, password or query.",
        hint=f"Correct {variables.API_BASE_URL}, or run: unset {variables.API_BASE_URL}",
        details={"variable": variables.API_BASE_URL},
    )
