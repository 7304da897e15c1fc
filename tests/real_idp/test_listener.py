"""The loopback listener stands strangers: none of them ends or spoils a login under way."""

from __future__ import annotations

import socket
from collections.abc import Callable

import httpx
import pytest

import mp_core as mp
from tests.support.chromium import Chromium, approve
from tests.support.machine import Caller, Login, Machine

pytestmark = pytest.mark.providers

TLS_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


def _ask(method: str, path: str, **headers: str) -> Callable[[int], int]:
    def ask(port: int) -> int:
        address = f"http://localhost:{port}{path}"
        return httpx.request(method, address, headers=headers, timeout=60).status_code

    return ask


STRANGERS = {
    "a favicon": (_ask("GET", "/favicon.ico"), 404),
    "a HEAD": (_ask("HEAD", "/callback?code=x&state=y"), 405),
    "a POST": (_ask("POST", "/callback?code=x&state=y"), 405),
    "a callback without an answer": (_ask("GET", "/callback"), 400),
    "another host's name": (_ask("GET", "/callback?code=x&state=y", Host="evil.example"), 421),
    "the last page, too early": (_ask("GET", "/done"), 404),
}


def _scan(port: int) -> list[socket.socket]:
    """Connect again and again, say nothing or nonsense, and hang up or don't."""
    for words in (b"", TLS_HELLO, b"\0" * 70_000, b"GET /callback?code=x"):
        with socket.create_connection(("localhost", port), timeout=20) as scanner:
            scanner.sendall(words)
    return [socket.create_connection(("localhost", port), timeout=20) for _ in range(20)]


@pytest.fixture
def login(machine: Machine) -> Login:
    """A login for which the browser asks."""
    mp.accounts.add("me", type="oauth_browser", region="us")
    login = Login(machine, "me")
    login.wait_for_browser()
    return login


def test_h30_strangers_are_answered_and_the_login_goes_on(
    login: Login, machine: Machine, chromium: Chromium
) -> None:
    lingering = _scan(login.port)
    answers = {name: ask(login.port) for name, (ask, _) in STRANGERS.items()}
    assert answers == {name: expected for name, (_, expected) in STRANGERS.items()}
    approve(chromium, "ada")
    assert login.end() == 0, login.said
    for stranger in lingering:
        stranger.close()
    assert Caller(machine).call() == {"ok": 1}


def test_h29_an_answer_to_another_request_is_reported_at_once(login: Login) -> None:
    _ask("GET", "/callback?code=fake-secret-of-another&state=another")(login.port)
    assert login.end() == 2
    assert "the answer belongs to another request" in login.said
    assert "fake-secret-of-another" not in login.said
