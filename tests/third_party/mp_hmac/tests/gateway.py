"""A gateway that lets nobody in without a signature, each of which is good once."""

from __future__ import annotations

import hmac
import json
import re
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import SecretStr

from mp_hmac.signature import signed, signed_text

PROOF = re.compile(r"HMAC-SHA256 key=([\w.-]+), nonce=([0-9a-f]{32}), signature=([0-9a-f]{64})")
SLACK = timedelta(minutes=5)


class Gateway:
    """A server on loopback.

    Attributes:
        secrets: The secret of each key.
        failures: How many requests that are well signed are answered with 503 from now on.
        log: For each request: the method, the key or why it was refused, and the headers.
    """

    def __init__(self, **secrets: str) -> None:
        self.secrets = {key.replace("_", "-"): SecretStr(value) for key, value in secrets.items()}
        self.failures = 0
        self.log: list[tuple[str, str, dict[str, str]]] = []
        self._spent: set[str] = set()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Gateway:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(60)

    def judged(self, method: str, target: str, headers: dict[str, str], body: bytes) -> str:
        """Return whose request it is, or why it is nobody's, as a text with a blank."""
        found = PROOF.fullmatch(headers.get("authorization", ""))
        if found is None:
            return "not signed"
        key, nonce, value = found.groups()
        date = headers.get("x-date", "")
        if key not in self.secrets or not _is_recent(date):
            return "unknown or old"
        text = signed_text(method, self.url + target, date, nonce, body)
        if not hmac.compare_digest(signed(self.secrets[key], text), value):
            return "wrong signature"
        with self._lock:
            is_new = nonce not in self._spent
            self._spent.add(nonce)
        return key if is_new else "used before"

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Any:
        """Return status and content."""
        who = self.judged(method, target, headers, body)
        self.log.append((method, who, headers))
        if " " in who:
            return 401, {"status": "error", "error": who}
        if self.failures:
            self.failures -= 1
            return 503, {"status": "error", "error": "later"}
        if target.startswith("/api/app/me"):
            me = {"user_id": len(who), "user_email": f"{who}@acme.example"}
            return 200, {"status": "ok", "results": me}
        return 200, {"who": who, "target": target, "body": body.decode()}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self._body(headers)
                status, content = gateway.answer(self.command, self.path, headers, body)
                data = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET

            def _body(self, headers: dict[str, str]) -> bytes:
                if headers.get("transfer-encoding") != "chunked":
                    return self.rfile.read(int(headers.get("content-length", 0)))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def log_message(self, format: str, *args: object) -> None:
                """Write nothing."""

        return Handler


def _is_recent(date: str) -> bool:
    try:
        return abs(datetime.now(UTC) - datetime.fromisoformat(date)) < SLACK
    except (ValueError, TypeError):
        return False
