"""A gateway whose tokens are good with one certificate alone, below a path of its own."""

from __future__ import annotations

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs


class Gateway(HTTPServer):
    """A server on loopback.

    Attributes:
        log: For each request: who the certificate says that it is, method, path and status.
        tokens: Whom each token was issued to.
        connections: How many were made.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.log: list[tuple[str, str, str, int]] = []
        self.tokens: dict[str, str] = {}
        self.connections = 0
        self._context = context
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_port}/mixpanel"

    def __enter__(self) -> Gateway:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join(60)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, which may stay open, in a thread of its own."""
        threading.Thread(target=self._serve, args=(request, client_address), daemon=True).start()

    def _serve(self, request: Any, client_address: Any) -> None:
        try:
            connection = self._context.wrap_socket(request, server_side=True)
        except OSError:
            self.close_request(request)
            return
        self.connections += 1
        try:
            self.finish_request(connection, client_address)
        finally:
            connection.close()

    def answer(self, who: str, path: str, body: bytes, bearer: str) -> tuple[int, dict[str, Any]]:
        """Return status and content."""
        if path == "/mixpanel/oauth/token/":
            form = {key: value for key, (value,) in parse_qs(body.decode()).items()}
            if form.get("grant_type") != "client_credentials":
                return 400, {"error": "unsupported_grant_type"}
            token = f"fake-token-{len(self.tokens) + 1}"
            self.tokens[token] = who
            return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600}
        if self.tokens.get(bearer.removeprefix("Bearer ")) != who:
            return 401, {"status": "error", "error": "not the token of this certificate"}
        if path.startswith("/mixpanel/api/app/me"):
            me = {"user_id": len(who), "user_email": f"{who}@acme.example"}
            return 200, {"status": "ok", "results": me}
        return 200, {"who": who, "path": path}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Gateway

    def do_GET(self) -> None:
        who = self._who()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        bearer = self.headers.get("Authorization", "")
        status, content = self.server.answer(who, self.path, body, bearer)
        self.server.log.append((who, self.command, self.path.partition("?")[0], status))
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET

    def _who(self) -> str:
        connection: Any = self.connection
        subject = connection.getpeercert()["subject"]
        return str(subject[0][0][1])

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""
