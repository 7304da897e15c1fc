"""A Mixpanel on loopback that answers one door as it is told, and the others as they should be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any

import httpx

from tests.support.loopback_server import SilentHandler, serving

ME = {
    "status": "ok",
    "results": {
        "user_id": 7,
        "user_email": "ann@acme.example",
        "user_name": "Ann",
        "organizations": {"3": {"id": 3, "name": "Acme"}},
        "projects": {
            "9": {"name": "Web", "organization_id": 3, "domain": "mixpanel.com"},
            "10": {"name": "App", "timezone": "UTC", "has_workspaces": True},
        },
        "workspaces": {"3": {"id": 3, "name": "All", "project_id": 9, "is_default": True}},
    },
}
DOORS: dict[str, Any] = {
    "/me": ME,
    "/workspaces/public": {"results": [{"id": 3, "name": "All", "is_global": True}, {"id": 4}]},
    "/events/names": ["Purchase", "Sign up"],
    "/segmentation": {
        "data": {"series": ["2024-01-01"], "values": {"Purchase": {"2024-01-01": 3}}}
    },
    "/other": {"a": [1, {"b": None}], "c": "x"},
}
"""What is right to answer, by the end of the path."""

Answer = tuple[str, int, str, bytes]
"""A door, and the status, the content type and the body behind it."""


def right(path: str) -> Any:
    """Return what a path is rightly answered with."""
    return next((DOORS[door] for door in DOORS if path.endswith(door)), DOORS["/other"])


def headers_of(kind: str) -> dict[str, str]:
    """Return the headers of an answer; nobody waits as long as these say."""
    return {"Content-Type": kind, "Retry-After": "61"}


def response(answer: Answer, request: httpx.Request) -> httpx.Response:
    """Return what a request is answered with, without a server."""
    door, status, kind, body = answer
    if request.url.path.endswith(door):
        return httpx.Response(status, headers=headers_of(kind), content=body)
    return httpx.Response(200, json=right(request.url.path))


class Mixpanel(ThreadingHTTPServer):
    """The server.

    Attributes:
        answer: What one door answers.
    """

    daemon_threads = True
    answer: Answer = ("nowhere", 200, "", b"")

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(SilentHandler):
    server: Mixpanel

    def do_GET(self) -> None:
        door, status, kind, body = self.server.answer
        path = self.path.partition("?")[0]
        if not path.endswith(door):
            return self.reply(200, right(path))
        self.send_response(status)
        for name, value in headers_of(kind).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET


@contextmanager
def mixpanel() -> Iterator[Mixpanel]:
    """Let one answer until the block ends."""
    with serving(Mixpanel()) as server:
        yield server
