"""The server: HTTP/1.1 on the loopback interface, with nothing written to stderr."""

from __future__ import annotations

import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from mp_core.sandbox.http.messages import HttpError, Request, Response

HOST = "127.0.0.1"

_POLL_S = 0.02

Answer = Callable[[Request], Response | None]


class SandboxServer(ThreadingHTTPServer):
    """Serves `answer` from construction until `close`; an answer of None closes the connection."""

    request_queue_size = 128

    def __init__(self, port: int, answer: Answer) -> None:
        self.answer = answer
        self._connections: dict[socket.socket, threading.Thread] = {}
        super().__init__((HOST, port), _Handler)
        self.port = int(self.server_address[1])
        self.hosts = frozenset({f"{HOST}:{self.port}", f"localhost:{self.port}"})
        self._thread = threading.Thread(
            target=self.serve_forever, args=(_POLL_S,), name="mp-sandbox", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop accepting, cut every connection and wait for all threads."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        for connection, thread in self._connections.items():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()

    def server_bind(self) -> None:
        """Bind without the look-up of the host's name that `HTTPServer` makes."""
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, which `close` can end."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        alive = {c: t for c, t in self._connections.items() if t.is_alive()}
        self._connections = {**alive, request: thread}
        thread.start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about clients that went away; show a defect of the sandbox itself."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: SandboxServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        response = self._answer(self._read_request())
        if response is None:
            self.close_connection = True
        else:
            self._send(response)

    do_DELETE = do_GET = do_OPTIONS = do_PATCH = do_POST = do_PUT = _serve

    def _read_request(self) -> Request:
        path, _, query = self.path.partition("?")
        return Request(
            method=self.command,
            path=path,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(self._length()),
        )

    def _length(self) -> int:
        """Return the length of the body; the connection ends with a request that gives none."""
        text = self.headers.get("Content-Length", "0")
        self.close_connection |= "Transfer-Encoding" in self.headers or not text.isdecimal()
        return int(text) if text.isdecimal() else 0

    def _answer(self, request: Request) -> Response | None:
        # Another name in `Host` is a web page that had its own name point here.
        if request.headers.get("host", "").lower() not in self.server.hosts:
            refusal = "The sandbox serves loopback only."
            return HttpError(HTTPStatus.MISDIRECTED_REQUEST, refusal).response
        return self.server.answer(request)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: the sandbox keeps its record in memory."""
