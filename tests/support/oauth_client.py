"""A program that people log in to: what the tests of the authorization server act as."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import httpx

from mp_core.sandbox import Sandbox
from tests.support.sandbox_calls import PLAIN

REGISTER = "/oauth/mcp/register/"
AUTHORIZE = "/oauth/authorize/"
TOKEN = "/oauth/token/"
REVOKE = "/oauth/revoke_token/"

CALLBACKS = [f"http://localhost:{port}/callback" for port in range(19284, 19288)]
VERIFIER = "fake-verifier-" + "v" * 40
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
METADATA: dict[str, Any] = {
    "client_name": "mp_core",
    "redirect_uris": CALLBACKS,
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "token_endpoint_auth_method": "none",
    "scope": "projects events",
}


def without_nothing(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that are not None, so that a test leaves one out by saying None."""
    return {name: value for name, value in values.items() if value is not None}


def register(http: httpx.Client, **changes: Any) -> httpx.Response:
    return http.post(REGISTER, json=without_nothing({**METADATA, **changes}))


def error_of(response: httpx.Response) -> tuple[int, str]:
    body = response.json()
    assert body["error_description"]
    return response.status_code, body["error"]


def answer_in(redirect: httpx.Response) -> dict[str, str]:
    """Return the parameters of a redirect to the first callback."""
    assert redirect.status_code == 303, redirect.text
    address, _, query = redirect.headers["Location"].partition("?")
    assert address == CALLBACKS[0]
    return {name: value for name, (value,) in parse_qs(query, strict_parsing=True).items()}


def ticket_in(page: httpx.Response) -> str:
    assert page.status_code == 200, page.text
    (ticket,) = re.findall('name="ticket" value="([^"]+)"', page.text)
    return str(ticket)


@dataclass(frozen=True)
class Program:
    """A registered client."""

    http: httpx.Client
    client_id: str

    def query(self, **changes: Any) -> dict[str, Any]:
        """Return the parameters of an authorization request."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACKS[0],
            "state": "fake-state",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return without_nothing({**query, **changes})

    def url(self, **changes: Any) -> str:
        """Return the address that the person opens."""
        return str(
            self.http.base_url.join(f"{AUTHORIZE}?{httpx.QueryParams(self.query(**changes))}")
        )

    def ask(self, **changes: Any) -> httpx.Response:
        return self.http.get(AUTHORIZE, params=self.query(**changes))

    def decide(
        self, ticket: str, decision: str = "approve", user_id: str = "502"
    ) -> httpx.Response:
        form = {"ticket": ticket, "decision": decision, "user_id": user_id}
        return self.http.post(AUTHORIZE, data=form)

    def code(self, **changes: Any) -> str:
        """Return the code of an approval."""
        return answer_in(self.decide(ticket_in(self.ask(**changes))))["code"]

    def exchange(self, code: str, /, **changes: Any) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACKS[0],
            "client_id": self.client_id,
            "code_verifier": VERIFIER,
        }
        return self.http.post(TOKEN, data=without_nothing({**form, **changes}))

    def refresh(self, token: str, /, **changes: Any) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": self.client_id}
        return self.http.post(TOKEN, data=without_nothing({**form, **changes}))

    def revoke(self, token: str, /, **changes: Any) -> httpx.Response:
        form = {"token": token, "client_id": self.client_id}
        return self.http.post(REVOKE, data=without_nothing({**form, **changes}))

    def log_in(self) -> Any:
        """Return the tokens of a new login."""
        answer = self.exchange(self.code())
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def open_program(sandbox: Sandbox, **metadata: Any) -> Iterator[Program]:
    with httpx.Client(base_url=sandbox.url, **PLAIN) as http:
        yield Program(http, register(http, **metadata).json()["client_id"])
