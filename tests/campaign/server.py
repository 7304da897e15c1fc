"""The authorization server of the campaign, in a process of its own: it rotates and remembers.

A refresh token buys the next pair once; a spent one ends its login. The first part of each address
says who asks and how long the answer takes (`Manner`), so that the log knows every request's sender
and a process of the campaign decides for itself how slow its server is.
"""

from __future__ import annotations

import json
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from tests.support.loopback_server import SilentHandler, serving

Answer = tuple[int, Mapping[str, Any]]
PERSON = {
    "user_id": 1,
    "user_email": "ada@example.com",
    "user_name": "Ada",
    "organizations": {"1": {"id": 1, "name": "Campaign"}},
    "projects": {id_: {"name": f"P{id_}", "organization_id": 1} for id_ in ("10", "11", "12")},
    "workspaces": {},
}
"""Who every login belongs to."""


class Manner(NamedTuple):
    """Who asks, and how the server is to answer.

    Attributes:
        job: The number of the process.
        port: Where the server tells how far it is, on loopback.
        before_ms: How long it takes before a token is spent.
        after_ms: How long it takes then before it answers.
        life_s: How long the new access token lives.
    """

    job: int
    port: int
    before_ms: int
    after_ms: int
    life_s: int

    def __str__(self) -> str:
        return "-".join(map(str, self))


@dataclass
class Login:
    """One login: its present serial number, and all that happened to it."""

    name: str
    serial: int = 0
    is_revoked: bool = False
    events: list[dict[str, Any]] = field(default_factory=list)

    def tokens(self, life_s: int) -> dict[str, Any]:
        return {
            "access_token": f"a.{self.name}.{self.serial}",
            "refresh_token": f"r.{self.name}.{self.serial}",
            "expires_in": life_s,
            "token_type": "Bearer",
            "scope": "events",
        }


class TokenServer(ThreadingHTTPServer):
    """The logins and their log."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.logins: dict[str, Login] = {}
        self.lock = threading.Lock()
        self.bell = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that is gone."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def begin(self) -> Answer:
        """Begin a login."""
        with self.lock:
            login = Login(f"L{len(self.logins) + 1}")
            self.logins[login.name] = login
        return 200, {"login": login.name, **login.tokens(1)}

    def told(self, name: str) -> Answer:
        """Tell all about a login."""
        with self.lock:
            return 200, json.loads(json.dumps(vars(self.logins[name])))

    def refresh(self, manner: Manner, token: str) -> tuple[dict[str, Any], Answer]:
        """Trade a refresh token; return the line of the log as well."""
        arrived_at = time.monotonic()
        self.ring(manner, "arrived")
        time.sleep(manner.before_ms / 1000)
        with self.lock:
            login, serial = self._find(token)
            event = self._entered(login, "refresh", manner, token, arrived_at)
            if login is None or login.is_revoked or serial != login.serial:
                event["outcome"] = "refused" if login is None or login.is_revoked else "revoked"
                if login is not None:
                    login.is_revoked = True
                return event, (400, {"error": "invalid_grant"})
            login.serial += 1
            event["outcome"] = "rotated"
            tokens = login.tokens(manner.life_s)
        self.ring(manner, "committed")
        time.sleep(manner.after_ms / 1000)
        return event, (200, tokens)

    def revoke(self, manner: Manner, token: str) -> Answer:
        """End a login."""
        with self.lock:
            login, _ = self._find(token)
            self._entered(login, "logout", manner, token, time.monotonic())
            if login is not None:
                login.is_revoked = True
        return 200, {}

    def accepts(self, token: str) -> bool:
        """Return whether a call with this access token is answered."""
        with self.lock:
            login, serial = self._find(token)
            return login is not None and not login.is_revoked and serial == login.serial

    def ring(self, manner: Manner, progress: str) -> None:
        """Tell how far a request is."""
        self.bell.sendto(f"{manner.job} {progress}".encode(), ("127.0.0.1", manner.port))

    def _find(self, token: str) -> tuple[Login | None, int]:
        _, name, serial = token.split(".")
        return self.logins.get(name), int(serial)

    def _entered(
        self, login: Login | None, what: str, manner: Manner, token: str, arrived_at: float
    ) -> dict[str, Any]:
        event = {
            "what": what,
            "job": manner.job,
            "token": token,
            "arrived_at": arrived_at,
            "committed_at": time.monotonic(),
        }
        if login is not None:
            login.events.append(event)
        return event


class _Handler(SilentHandler):
    server: TokenServer

    def do_GET(self) -> None:
        _, first, *rest = self.path.split("/")
        if first == "logins":
            self.reply(*self.server.told(rest[0]))
        elif not self.server.accepts(self.headers["Authorization"].removeprefix("Bearer ")):
            self.reply(401, {"error": "Who are you?"})
        elif self.path.partition("?")[0].endswith("/me"):
            self.reply(200, {"status": "ok", "results": PERSON})
        else:
            self.reply(200, [])

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        _, first, *rest = self.path.split("/")
        if len(body) < length:  # The client has been killed while it was sending.
            return
        if first == "logins":
            self.reply(*self.server.begin())
        elif "revoke_token" in rest:
            self.reply(*self.server.revoke(_manner(first), _sent(body, "token")))
        else:
            self._refresh(_manner(first), _sent(body, "refresh_token"))

    def _refresh(self, manner: Manner, token: str) -> None:
        event, (status, body) = self.server.refresh(manner, token)
        try:
            if self._is_gone():
                raise ConnectionError
            self.reply(status, body)
            event["answer"] = "written"
        except OSError:
            event["answer"] = "connection lost"
        event["answered_at"] = time.monotonic()
        self.server.ring(manner, "answered")

    def _is_gone(self) -> bool:
        is_readable = select.select([self.connection], [], [], 0)[0]
        return bool(is_readable) and not self.connection.recv(1, socket.MSG_PEEK)


def _sent(body: str, name: str) -> str:
    return parse_qs(body)[name][0]


def _manner(word: str) -> Manner:
    return Manner(*map(int, word.split("-")))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with serving(TokenServer()) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        sys.stdin.read()  # It ends when whoever started the server does.
