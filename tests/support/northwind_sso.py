"""The authorization server of Northwind: codes for devices, and refresh tokens that rotate."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from mp_core.sandbox import Sandbox, SandboxIdentity
from mp_core.sandbox.world import IDENTITIES
from tests.support.loopback_server import SilentHandler, answering

_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
Answer = tuple[int, dict[str, Any]]


@dataclass
class NorthwindSso:
    """The server of one person, who approves at the second poll.

    Attributes:
        sandbox: Honours the access tokens.
        url: Where it is.
        asked: Path and grant of every request.
        secrets: All that it handed out and nobody else may see.
        refresh: The only refresh token that it takes; None once the login has ended.
    """

    sandbox: Sandbox
    url: str = ""
    asked: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    refresh: str | None = None
    _device: str | None = None
    _polls: int = 0

    def answer(self, path: str, form: dict[str, str]) -> Answer:
        """Return status and body for a form that was sent to a path."""
        grant = form.get("grant_type", "").rpartition(":")[2]
        self.asked.append(f"{path} {grant}".strip())
        if path == "/device":
            return 200, self._start()
        if path == "/revoke":
            return 200, self._end(form["token"])
        proves = self._approved if form["grant_type"] == _DEVICE_GRANT else self._renewed
        return proves(form)

    def _start(self) -> dict[str, Any]:
        self._device = self._secret("device")
        page = {"user_code": "FAKE-CODE", "verification_uri": f"{self.url}/approve"}
        return {"device_code": self._device, **page, "expires_in": 120, "interval": 1}

    def _approved(self, form: dict[str, str]) -> Answer:
        self._polls += 1
        if form["device_code"] != self._device:
            return 400, {"error": "invalid_grant"}
        if self._polls == 1:
            return 400, {"error": "authorization_pending"}
        return 200, self._tokens()

    def _renewed(self, form: dict[str, str]) -> Answer:
        if self.refresh is None or form["refresh_token"] != self.refresh:
            self.refresh = None  # A spent token ends the login (RFC 9700 §4.14.2).
            return 400, {"error": "invalid_grant"}
        return 200, self._tokens()

    def _end(self, token: str) -> dict[str, Any]:
        if token == self.refresh:
            self.refresh = None
        return {}

    def _tokens(self) -> dict[str, Any]:
        _, person, *_ = self.sandbox.identities
        self.refresh = self._secret("refresh")
        self.secrets.append(self.sandbox.issue_token(person))
        kind = {"token_type": "Bearer", "expires_in": 3600}
        return {"access_token": self.secrets[-1], "refresh_token": self.refresh, **kind}

    def _secret(self, kind: str) -> str:
        self.secrets.append(f"fake-{kind}-{secrets.token_hex(8)}")
        return self.secrets[-1]


@contextmanager
def northwind_sso(sandbox: Sandbox) -> Iterator[NorthwindSso]:
    """Let the server answer until the block ends."""
    made = NorthwindSso(sandbox)

    class Handler(SilentHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.reply(*made.answer(self.path, dict(parse_qsl(body))))

    with answering(Handler) as made.url:
        yield made


def european_sandbox() -> Sandbox:
    """Return a Mixpanel, to be started, where all projects live in the region eu."""
    return Sandbox(identities=[_european(each) for each in IDENTITIES])


def _european(who: SandboxIdentity) -> SandboxIdentity:
    projects = tuple(replace(each, domain="eu.mixpanel.com") for each in who.projects)
    return replace(who, projects=projects)
