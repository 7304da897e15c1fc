"""HTTP servers of the tests: on loopback, silent, and for as long as a block lasts."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TypeVar

Server = TypeVar("Server", bound=HTTPServer)


class SilentHandler(BaseHTTPRequestHandler):
    """Answers with JSON, and without a word on stderr."""

    def reply(self, status: int, content: object) -> None:
        self.reply_bytes(status, json.dumps(content, ensure_ascii=False).encode())

    def reply_bytes(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Let a server answer, in a thread, until the block ends."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(60)


@contextmanager
def answering(handler: type[SilentHandler]) -> Iterator[str]:
    """Let requests be answered by a handler, and yield the address."""
    with serving(HTTPServer(("127.0.0.1", 0), handler)) as server:
        yield f"http://127.0.0.1:{server.server_port}"
