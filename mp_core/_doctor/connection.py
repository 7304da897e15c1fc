"""What to type where a server cannot be reached: a way that was tried, where one can be."""

from __future__ import annotations

import os
import shlex
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mp_core import _env as variables
from mp_core._doctor.finding import typed
from mp_core._env import Environ
from mp_core._network.causes import Cause
from mp_core._network.certificates import FILE
from mp_core._network.proxies import proxy_setting
from mp_core.errors import ConfigError

if TYPE_CHECKING:
    import httpx

_PATIENCE_S: Final = 5.0
_AUTHORITIES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/etc/ssl/cert.pem",
)
"""Where systems keep the authorities that they trust, those of a company included."""


def way_out(cause: Cause, url: httpx.URL, env: Environ) -> str:
    """Return what to type, or what to find out where nobody can know it here."""
    if cause.name in ("proxy", "portal") and (variable := _proxy_variable()):
        return _past_proxy(variable, url, cause)
    if cause.name == "certificate" and (file := next(_trusting(url), None)):
        return f"export {FILE}={shlex.quote(file)}"
    if cause.name in ("certificate", "files", "proxy", "portal"):
        return typed(cause.hint)
    if variables.get(env, variables.API_BASE_URL):
        return f"unset {variables.API_BASE_URL}"
    return (
        f"getent hosts {url.host}"
        if cause.name == "name"
        else f"curl -sv {url.scheme}://{url.host}/"
    )


def _proxy_variable() -> str | None:
    try:
        setting = proxy_setting()
    except ConfigError:
        return None
    return setting.variable if setting else None


def _past_proxy(variable: str, url: httpx.URL, cause: Cause) -> str:
    """Return the command that goes without the proxy, if there is a way."""
    return f"unset {variable}" if _answers(url) else typed(cause.hint)


def _answers(url: httpx.URL) -> bool:
    try:
        with socket.create_connection(_address(url), timeout=_PATIENCE_S):
            return True
    except OSError:
        return False


def _trusting(url: httpx.URL) -> Iterator[str]:
    """Yield the files of authorities on this machine that know the authority of a server."""
    given = os.environ.get(FILE)
    for file in _AUTHORITIES:
        if file != given and Path(file).is_file() and _verifies(file, url):
            yield file


def _verifies(file: str, url: httpx.URL) -> bool:
    try:
        context = ssl.create_default_context(cafile=file)
        with (
            socket.create_connection(_address(url), timeout=_PATIENCE_S) as plain,
            context.wrap_socket(plain, server_hostname=url.host),
        ):
            return True
    except (OSError, ValueError):
        return False


def _address(url: httpx.URL) -> tuple[str, int]:
    return url.host, url.port or 443
