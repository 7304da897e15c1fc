"""A login from start to end, with the real listener and the sandbox as authorization server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from html import escape

import httpx
import pytest

from mp_core.sandbox import Fault, Sandbox
from mp_oauth_browser import login
from mp_oauth_browser.callback import CallbackListener
from mp_oauth_browser.login import log_in
from mp_oauth_browser.registration import PORTS

from .conftest import ACCOUNT, Desk, approved, failed, followed, is_of, occupy, redirected

pytestmark = pytest.mark.usefixtures("logins")

Browse = Callable[[str], bool]
Browser = Callable[[Callable[[str], str]], Browse]


def never(address: str) -> str:
    """A person who could paste, and is not asked to."""
    raise AssertionError(address)


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[Future[httpx.Response]]:
    """What the browser's visits end with; the listener has the patience for a slow one."""
    monkeypatch.setattr(login, "CallbackListener", partial(CallbackListener, farewell_s=20))
    return []


@pytest.fixture
def browser(visits: list[Future[httpx.Response]]) -> Iterator[Browser]:
    """Return a browser that is sent to an address, which a test makes of that of the server."""
    with (
        ThreadPoolExecutor() as pool,
        httpx.Client(trust_env=False, timeout=20) as client,
    ):

        def sent_to(address_of: Callable[[str], str]) -> Browse:
            def browse(address: str) -> bool:
                redirect = address_of(followed(address, client))
                visits.append(pool.submit(client.get, redirect, follow_redirects=True))
                return True

            return browse

        yield sent_to


class TestBrowser:
    def test_an_approval_in_the_browser_yields_the_tokens(
        self, desk: Desk, sandbox: Sandbox
    ) -> None:
        tokens = log_in(ACCOUNT, desk.flow(browse=sandbox.approve))
        assert is_of(tokens, sandbox)
        assert desk.kept.client is not None
        assert tokens.client_id == desk.kept.client.client_id
        assert desk.kept.forgotten == 0

    def test_the_browser_ends_at_a_page_without_the_code_that_names_the_account(
        self, desk: Desk, sandbox: Sandbox, browser: Browser, visits: list[Future[httpx.Response]]
    ) -> None:
        log_in(ACCOUNT, desk.flow(browse=browser(lambda address: approved(sandbox, address))))
        page = visits[0].result(60)
        assert page.status_code == 200
        assert "Account me is logged in" in page.text
        assert page.url.path == "/done"
        assert page.url.query == b""

    def test_h29_a_denial_is_reported_at_once_and_shown(self, desk: Desk, sandbox: Sandbox) -> None:
        error = failed(desk.flow(browse=sandbox.deny))
        assert error.code == "OAUTH_AUTH_DENIED"
        assert "access was denied in the browser" in error.message
        assert desk.kept.forgotten == 0
        assert sandbox.logins == ()

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            ({"code": "c", "state": "of another login"}, "OAUTH_STATE_MISMATCH"),
            ({"code": "c", "iss": "https://evil.example"}, "OAUTH_STATE_MISMATCH"),
            ({"error": "access_denied"}, "OAUTH_AUTH_DENIED"),
            ({"code": "never issued"}, "OAUTH_TOKEN_ERROR"),
        ],
    )
    def test_h29_what_goes_wrong_is_reported_at_once_and_shown_in_the_browser(
        self,
        desk: Desk,
        browser: Browser,
        visits: list[Future[httpx.Response]],
        answer: dict[str, str],
        code: str,
    ) -> None:
        error = failed(desk.flow(browse=browser(lambda address: redirected(address, **answer))))
        assert error.code == code
        page = visits[0].result(60).text
        assert "Account me is not logged in" in page
        assert escape(error.message) in page
        assert "mp account login me" in page

    def test_h30_what_a_page_embeds_does_not_end_the_login(
        self, desk: Desk, sandbox: Sandbox
    ) -> None:
        embedded = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}

        def browse(address: str) -> bool:
            forged = redirected(desk.address, state="forged", code="c")
            answer = httpx.get(forged, headers=embedded, trust_env=False, timeout=60)
            assert answer.status_code == 403
            return sandbox.approve(address)

        assert is_of(log_in(ACCOUNT, desk.flow(browse=browse)), sandbox)

    def test_nobody_approves_in_time(self, desk: Desk) -> None:
        error = failed(desk.flow(browse=lambda address: True, seconds=0.05))
        assert error.code == "OAUTH_TIMEOUT"
        assert error.hint is None, "the core knows how to start again"

    def test_a_token_request_that_fails_is_shown_and_reported(
        self, desk: Desk, sandbox: Sandbox
    ) -> None:
        sandbox.inject(Fault("lost_response", times=1, path="/oauth/token/"))
        error = failed(desk.flow(browse=sandbox.approve))
        assert error.code == "OAUTH_REFRESH_ERROR"
        assert "the server's answer was lost" in error.message

    def test_h31_the_address_is_told_whether_or_not_a_browser_opens(
        self, desk: Desk, sandbox: Sandbox
    ) -> None:
        def told(address: str) -> bool:
            sandbox.approve(desk.address)
            return False

        assert is_of(log_in(ACCOUNT, desk.flow(browse=told, paste=never)), sandbox)
        assert "open the address yourself" in desk.said[-1]
        assert "mp account login me --no-browser" in desk.said[-1]

    def test_h31_a_browser_that_breaks_is_no_browser(self, desk: Desk, sandbox: Sandbox) -> None:
        def breaks(address: str) -> bool:
            sandbox.approve(address)
            raise OSError("exec format error")

        assert is_of(log_in(ACCOUNT, desk.flow(browse=breaks, paste=never)), sandbox)
        assert "open the address yourself" in desk.said[-1]

    def test_a_browser_that_stays_in_the_foreground_holds_nobody_up(
        self, desk: Desk, sandbox: Sandbox
    ) -> None:
        closed = threading.Event()

        def stays(address: str) -> bool:
            return sandbox.approve(address) and closed.wait(20)

        tokens = log_in(ACCOUNT, desk.flow(browse=stays, seconds=10))
        closed.set()
        assert is_of(tokens, sandbox)

    @pytest.mark.usefixtures("all_ports")
    def test_h32_two_logins_one_after_the_other_use_one_client_and_both_work(
        self, desk: Desk, sandbox: Sandbox, stack: ExitStack
    ) -> None:
        first = log_in(ACCOUNT, desk.flow(browse=sandbox.approve))
        occupy(stack, PORTS[0])
        desk.said.clear()
        second = log_in(ACCOUNT, desk.flow(browse=sandbox.approve))
        assert f"localhost%3A{PORTS[1]}" in desk.address
        assert len(sandbox.clients) == 1
        assert first.client_id == second.client_id
        assert {first.access_token.get_secret_value(), second.access_token.get_secret_value()} == {
            login.access_token for login in sandbox.logins
        }

    @pytest.mark.parametrize("browse", [None, lambda address: False])
    def test_h44_without_a_browser_and_a_terminal_there_is_nothing_to_wait_for(
        self, desk: Desk, browse: Browse | None
    ) -> None:
        error = failed(desk.flow(browse=browse))
        assert error.code == "OAUTH_BROWSER_ERROR"
        assert error.hint == "Run it in a terminal: mp account login me --no-browser"
        assert "/oauth/authorize/" in desk.address
