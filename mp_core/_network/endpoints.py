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
_Origin = tuple[str, str | None, int | None]

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
    return _address(region, family, override(env))


def override(env: Environ) -> str | None:
    """Return scheme and host of `MP_API_BASE_URL`, or None.

    Raises:
        ConfigError: It is neither https, nor http on a loopback host.
    """
    value = variables.get(env, variables.API_BASE_URL)
    return None if value is None else _checked(value)


@functools.lru_cache(maxsize=16)
def _checked(value: str) -> str:
    try:
        parts = urlsplit(_unambiguous(value.strip()))
        port, host = parts.port, _host_of(parts)
    except ValueError:
        raise _refused() from None
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not secure or port == 0 or parts.query:
        raise _refused()
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def may_carry_credential(url: str, region: Region, env: Environ) -> bool:
    """Return whether a request to this address may carry the credential of an account.

    Only the hosts of the account's region, or the one configured base, over https (or loopback).
    """
    allowed = _origins(region, override(env))
    try:
        return _origin(url) in allowed
    except ValueError:  # It has a port or a host that there cannot be.
        return False


@functools.lru_cache(maxsize=16)
def _origins(region: Region, base: str | None) -> frozenset[_Origin]:
    return frozenset(_origin(_address(region, family, base)) for family in FAMILIES)


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


def _address(region: Region, family: Family, base: str | None) -> str:
    return (base or f"https://{_host(region, family)}") + _PATHS[family]


def _host(region: Region, family: Family) -> str:
    return (_DATA_HOSTS if family == "export" else _APP_HOSTS)[region]


def _origin(url: str) -> _Origin:
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
