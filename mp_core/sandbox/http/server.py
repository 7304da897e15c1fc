"""The transport: HTTP/1.1 on the loopback interface, with nothing written to stderr."""

from __future__ import annotations

import math
import re
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.client import LineTooLong
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BufferedReader, RawIOBase
from typing import Any, cast
from urllib.parse import parse_qsl

from mp_core.sandbox.http.connections import Connections
from mp_core.sandbox.http.routing import MAX_PARAMETERS, HttpError, Request, Response

HOST = "127.0.0.1"
MAX_BODY_BYTES = 64 * 1024

_MAX_TARGET_BYTES = 8 * 1024
_MAX_HEADERS_BYTES = 16 * 1024
_PATIENCE_S = 30.0
# What a client may still be sending when its request is refused, and how long it may pause.
_LINGER_BYTES = 16 * 1024 * 1024
_LINGER_S = 2.0
_POLL_S = 0.02

Answer = Callable[[Request], Response | None]


class SandboxServer(HTTPServer):
    """Serves `answer` from construction until `close`; an answer of None closes the connection."""

    request_queue_size = 256

    def __init__(self, port: int, answer: Answer) -> None:
        self.answer = answer
        self.connections = Connections()
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
        self.connections.close()

    def serves(self, url: str) -> bool:
        """Return whether a URL leads here."""
        return url.startswith(tuple(f"http://{host}/" for host in self.hosts))

    def server_bind(self) -> None:
        """Bind without the look-up of the host's name that `HTTPServer` makes."""
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own."""
        if not self.connections.open(request, partial(self._talk, request, client_address)):
            self.shutdown_request(request)

    def _talk(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:
            self.handle_error(request, client_address)
        finally:
            self.shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about clients that went away; show a defect of the sandbox itself."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: SandboxServer
    protocol_version = "HTTP/1.1"
    server_version = "mp-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = _PATIENCE_S

    def setup(self) -> None:
        """Prepare to read with a limit."""
        super().setup()
        self.rfile.close()
        self.rfile = _Reader(cast(RawIOBase, self.connection.makefile("rb", 0)))

    def handle_one_request(self) -> None:
        """Wait for a request and answer it."""
        self.server.connections.note(self.connection, is_waiting=True)
        super().handle_one_request()

    def parse_request(self) -> bool:
        """Read the headers, in the sum of which there is a limit."""
        reader = cast(_Reader, self.rfile)
        with reader.limited_to(_MAX_HEADERS_BYTES):
            return super().parse_request()

    def _serve(self) -> None:
        try:
            request = self._read_request()
        except HttpError as refusal:
            self._refuse(refusal.response)
            return
        self.server.connections.note(self.connection, is_waiting=False)
        response = None if request is None else self.server.answer(request)
        if response is None:
            self.close_connection = True
        else:
            self._send(response)

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = _serve

    def _read_request(self) -> Request | None:
        """Return the request, or None when the client left in the middle of it."""
        self._require_loopback()
        if len(self.path) > _MAX_TARGET_BYTES:
            raise HttpError(HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long.")
        length = self._content_length()
        body = self.rfile.read(length)
        if len(body) < length:
            return None
        path, _, query = self.path.partition("?")
        return Request(
            method=self.command,
            path=path,
            query=_parameters(query),
            headers=self._headers_by_name(),
            body=body,
            query_string=query,
        )

    def _require_loopback(self) -> None:
        # Another name in `Host` is a web page that had its own name point here; a whole URL in
        # place of the path overrides `Host` (RFC 9112 §3.2.2).
        hosts = [host.strip().lower() for host in self.headers.get_all("Host", [])]
        if len(hosts) != 1 or hosts[0] not in self.server.hosts or self.path[:1] != "/":
            raise HttpError(HTTPStatus.MISDIRECTED_REQUEST, "The sandbox serves loopback only.")

    def _content_length(self) -> int:
        if "Transfer-Encoding" in self.headers:
            raise HttpError(HTTPStatus.LENGTH_REQUIRED, "Send the body with a Content-Length.")
        found = self.headers.get_all("Content-Length", ["0"])
        if len(found) != 1 or not re.fullmatch("[0-9]{1,18}", found[0]):
            raise HttpError(HTTPStatus.BAD_REQUEST, "The Content-Length is not a number of bytes.")
        if int(found[0]) > MAX_BODY_BYTES:
            limit = f"The body is larger than {MAX_BODY_BYTES} bytes."
            raise HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, limit)
        return int(found[0])

    def _headers_by_name(self) -> Mapping[str, str]:
        joined: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            joined[key] = f"{joined[key]}, {value}" if key in joined else value
        return joined

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def _refuse(self, response: Response) -> None:
        """Answer without having read the body, which then must not be taken for a request.

        What the client is still sending is read for a while: closing at once would reset the
        connection and could destroy the answer on its way (RFC 9112 §9.6).
        """
        self.close_connection = True
        self._send(response)
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(_LINGER_S)
        left = _LINGER_BYTES
        while left > 0 and (chunk := self.rfile.read1(65536)):
            left -= len(chunk)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is not even HTTP in the form of every other error, echoing nothing."""
        self._refuse(HttpError(code, HTTPStatus(code).phrase).response)

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: the sandbox keeps its record in memory."""


class _Reader(BufferedReader):
    """Reads a connection, and can be told how much it may read line by line."""

    _left = math.inf

    @contextmanager
    def limited_to(self, size: int) -> Iterator[None]:
        """Raise `LineTooLong` when the lines that are read meanwhile are larger than `size`."""
        self._left = size
        yield
        self._left = math.inf

    def readline(self, size: int | None = -1) -> bytes:
        """Read a line."""
        line = super().readline(size)
        self._left -= len(line)
        if self._left < 0:
            raise LineTooLong("header")
        return line


def _parameters(query: str) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS))
    except ValueError:
        raise HttpError(HTTPStatus.BAD_REQUEST, "There are too many parameters.") from None
