"""The single sign-on of a company, which hands out tokens that a sandbox honours."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from mp_core.sandbox import Sandbox
from tests.support.loopback_server import SilentHandler, answering

CLIENT, SECRET = "reports", "fake-client-secret"
_DEVICE_CODE = "fake-device-code"
_REFUSED = (401, {"error": "invalid_client"})


@dataclass
class CompanySso:
    """What it has done.

    Attributes:
        sandbox: Honours the tokens.
        url: Where it is.
        issued: The access tokens.
        revoked: The tokens that were given back.
    """

    sandbox: Sandbox
    url: str = ""
    issued: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        """Return status and body for a form that was sent to a path."""
        if path == "/revoke":
            self.revoked.append(form["token"])
            return 200, {}
        if path == "/device_authorization":
            return 200, self._device_code()
        if form["grant_type"] == "client_credentials":
            return (200, self._tokens()) if authorization == _basic() else _REFUSED
        return 200, {**self._tokens(), "refresh_token": "fake-refresh-token"}

    def _tokens(self) -> dict[str, Any]:
        _, person, *_ = self.sandbox.identities
        self.issued.append(self.sandbox.issue_token(person))
        return {"access_token": self.issued[-1], "token_type": "Bearer", "expires_in": 3600}

    def _device_code(self) -> dict[str, Any]:
        return {
            "device_code": _DEVICE_CODE,
            "user_code": "ABCD-EFGH",
            "verification_uri": f"{self.url}/device",
            "expires_in": 600,
            "interval": 1,
        }


@contextmanager
def company_sso(sandbox: Sandbox) -> Iterator[CompanySso]:
    """Let the single sign-on answer until the block ends."""
    made = CompanySso(sandbox)

    class Handler(SilentHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            authorization = self.headers.get("Authorization", "")
            self.reply(*made.answer(self.path, dict(parse_qsl(body)), authorization))

    with answering(Handler) as made.url:
        yield made


def _basic() -> str:
    return f"Basic {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"
