"""How the sandbox stands in for a person with a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import HTTPServer
from queue import Queue
from urllib.parse import parse_qs, urlsplit

import pytest

from mp_core.sandbox import Fault, Sandbox
from tests.support.loopback_server import SilentHandler, serving
from tests.support.oauth_client import AUTHORIZE, Program, open_program
from tests.support.sandbox_calls import port_of


class Listener(HTTPServer):
    """Receives redirects, and sends the browser on to a last page, as logins do.

    Attributes:
        received: The paths that were asked for.
    """

    def __init__(self) -> None:
        self.received: Queue[str] = Queue()
        super().__init__(("127.0.0.1", 0), _Handler)
        self.redirect_uri = f"http://localhost:{self.server_port}/callback"

    def answer(self) -> dict[str, str]:
        """Return the parameters of the redirect that arrives next."""
        callback = urlsplit(self.received.get(timeout=30))
        assert callback.path == "/callback"
        return {name: value for name, (value,) in parse_qs(callback.query).items()}


class _Handler(SilentHandler):
    server: Listener

    def do_GET(self) -> None:
        self.server.received.put(self.path)
        self.send_response(303 if "?" in self.path else 200)
        self.send_header("Location", "/done")
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with serving(Listener()) as listening:
        yield listening


@pytest.fixture
def program(sandbox: Sandbox, listener: Listener) -> Iterator[Program]:
    with open_program(sandbox, redirect_uris=[listener.redirect_uri]) as opened:
        yield opened


def test_an_approval_goes_through_the_page_to_the_callback_and_beyond(
    sandbox: Sandbox, program: Program, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://elsewhere.invalid/")
    assert sandbox.approve(program.url(redirect_uri=listener.redirect_uri)) is True
    answer = listener.answer()
    assert listener.received.get(timeout=30) == "/done"
    assert (answer["state"], answer["iss"]) == ("fake-state", sandbox.url)
    tokens = program.exchange(answer["code"], redirect_uri=listener.redirect_uri)
    assert tokens.status_code == 200
    assert [login.identity.name for login in sandbox.logins] == ["ada"]
    seen = [(r.method, r.path, r.status) for r in sandbox.requests[1:3]]
    assert seen == [("GET", AUTHORIZE, 200), ("POST", AUTHORIZE, 303)]


def test_anybody_can_be_the_one_who_approves(
    sandbox: Sandbox, program: Program, listener: Listener
) -> None:
    for person in sandbox.identities:
        sandbox.approve(program.url(redirect_uri=listener.redirect_uri), person)
        code = listener.answer()["code"]
        assert listener.received.get(timeout=30) == "/done"
        assert program.exchange(code, redirect_uri=listener.redirect_uri).status_code == 200
    assert [login.identity for login in sandbox.logins] == list(sandbox.identities)


def test_a_denial_reaches_the_callback(
    sandbox: Sandbox, program: Program, listener: Listener
) -> None:
    assert sandbox.deny(program.url(redirect_uri=listener.redirect_uri)) is True
    assert listener.answer()["error"] == "access_denied"


def test_where_there_is_nothing_to_decide_nothing_is_sent(
    sandbox: Sandbox, program: Program, listener: Listener
) -> None:
    sandbox.approve(program.url(redirect_uri=listener.redirect_uri, code_challenge=None))
    assert listener.answer()["error"] == "invalid_request"
    for thread in threading.enumerate():
        if thread.name == "mp-sandbox-browser":
            thread.join(60)
    assert [(r.method, r.path) for r in sandbox.requests[1:]] == [("GET", AUTHORIZE)]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://elsewhere.invalid/oauth/authorize/",
        "http://127.0.0.1:{port}@elsewhere.invalid/oauth/authorize/",
        "https://127.0.0.1:{port}/oauth/authorize/",
        "file:///etc/hostname",
        "http://[",
    ],
)
def test_no_other_address_is_opened(sandbox: Sandbox, url: str) -> None:
    assert sandbox.approve(url.format(port=port_of(sandbox))) is False
    assert sandbox.requests == []


def test_without_a_running_sandbox_nothing_is_opened() -> None:
    with Sandbox() as sandbox:
        url = f"{sandbox.url}/oauth/authorize/"
    assert sandbox.approve(url) is False


def test_a_visit_returns_at_once_and_close_ends_one_that_is_stuck(
    program: Program, sandbox: Sandbox
) -> None:
    before = set(threading.enumerate())
    sandbox.inject(Fault("slow", delay_s=3600))
    assert sandbox.approve(program.url()) is True
    sandbox.close()
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("fault", [Fault("server_error"), Fault("disconnect"), Fault("malformed")])
def test_a_visit_that_meets_an_error_ends_quietly(
    program: Program, sandbox: Sandbox, fault: Fault, capfd: pytest.CaptureFixture[str]
) -> None:
    sandbox.inject(fault)
    sandbox.approve(program.url(state="other"))
    sandbox.approve(program.url(client_id="unknown"))
    sandbox.close()
    assert capfd.readouterr() == ("", "")
