"""Calls on a sandbox, from whole requests with a credential down to the bytes of a connection."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import httpx

from mp_core.sandbox import Sandbox, SandboxIdentity

ME = "/api/app/me"
EVENTS = "/api/query/events/names"
SEGMENTATION = "/api/query/segmentation"
ANNOTATIONS = "/api/app/projects/10/annotations"
# Loopback without proxies, and without reading a certificate bundle that plain HTTP never uses.
PLAIN: Any = {"trust_env": False, "timeout": 60, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}


def open_client(sandbox: Sandbox, identity: SandboxIdentity | None = None) -> httpx.Client:
    who = identity or sandbox.identities[0]
    return httpx.Client(base_url=sandbox.url, auth=(who.username, who.secret), **PLAIN)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def ask(sandbox: Sandbox, **headers: str) -> httpx.Response:
    """Ask for /me without the credential of a client."""
    return httpx.get(sandbox.url + ME, headers=headers, **PLAIN)


def results(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["status"] == "ok"
    return body["results"]


def port_of(sandbox: Sandbox) -> int:
    return httpx.URL(sandbox.url).port or 0


def host_line(sandbox: Sandbox) -> str:
    return f"Host: 127.0.0.1:{port_of(sandbox)}"


def connect(sandbox: Sandbox) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port_of(sandbox)), 30)


def send_raw(sandbox: Sandbox, *lines: str) -> bytes:
    """Send exact lines and return all that comes back until the connection is closed."""
    with connect(sandbox) as raw:
        raw.sendall("\r\n".join([*lines, "", ""]).encode())
        with raw.makefile("rb") as stream:
            return stream.read()
