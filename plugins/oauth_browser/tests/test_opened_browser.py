"""The browser that is opened is known again; what the terminal shows may be opened anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from mp_core.sandbox import Sandbox
from mp_oauth_browser.callback import CallbackListener
from mp_oauth_browser.login import log_in

from .conftest import ACCOUNT, ANSWER, Desk, approved, failed, followed, is_of, redirected

pytestmark = pytest.mark.usefixtures("logins")

TARGET = "https://login.example/oauth/authorize/?state=fake-state"
EMBEDDED = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}


@pytest.fixture
def stranger() -> Iterator[httpx.Client]:
    """Another user's program, which sends to the listener whatever it likes."""
    with httpx.Client(trust_env=False, timeout=20) as client:
        yield client


def callback(listener: CallbackListener) -> str:
    return f"http://localhost:{listener.port}/callback?{ANSWER}"


class TestStart:
    def test_h79_the_start_leads_on_with_a_cookie_that_comes_back_with_the_answer_alone(
        self, listener: CallbackListener, browser: httpx.Client
    ) -> None:
        answer = browser.get(listener.opened.start_address(TARGET))
        assert (answer.status_code, answer.headers["Location"]) == (303, TARGET)
        rules = answer.headers["Set-Cookie"].split("; ")[1:]
        assert rules == ["Max-Age=600", "Path=/callback", "HttpOnly", "SameSite=Lax"]
        assert listener.opened.has_come
        spent = browser.get(callback(listener)).headers["Set-Cookie"]
        assert "Max-Age=0" in spent
        redirect = listener.wait(0)
        assert redirect is not None
        assert redirect.is_from_opened

    @pytest.mark.parametrize("query", ["", "?key=", "?key=guessed", "?key=%ff&key=x"])
    def test_h79_whoever_does_not_know_it_is_led_nowhere(
        self, listener: CallbackListener, stranger: httpx.Client, query: str
    ) -> None:
        listener.opened.start_address(TARGET)
        answer = stranger.get(f"http://localhost:{listener.port}/start{query}")
        assert answer.status_code == 404
        assert not {"Location", "Set-Cookie"} & {name.title() for name in answer.headers}
        assert not listener.opened.has_come

    def test_h79_no_page_embeds_it(self, listener: CallbackListener, browser: httpx.Client) -> None:
        start = listener.opened.start_address(TARGET)
        assert browser.get(start, headers=EMBEDDED).status_code == 404

    def test_h79_it_leads_nowhere_once_there_is_an_answer(
        self, listener: CallbackListener, browser: httpx.Client
    ) -> None:
        start = listener.opened.start_address(TARGET)
        browser.get(callback(listener))
        assert browser.get(start).status_code == 404

    @pytest.mark.parametrize(
        "cookies", ["", "mp_login_{}=", "mp_login_{}=guessed", "other=1; mp_login_{}=x", "=;;=\xff"]
    )
    def test_h79_an_answer_without_the_cookie_is_not_from_the_opened_browser(
        self, listener: CallbackListener, stranger: httpx.Client, cookies: str
    ) -> None:
        listener.opened.start_address(TARGET)
        sent = cookies.format(listener.port).encode("latin-1")
        stranger.get(callback(listener), headers=[(b"Cookie", sent)])
        redirect = listener.wait(0)
        assert redirect is not None
        assert not redirect.is_from_opened

    @pytest.mark.usefixtures("all_ports")
    def test_h79_logins_at_once_keep_their_cookies_apart(self, browser: httpx.Client) -> None:
        with CallbackListener("a", "mp login") as one, CallbackListener("b", "mp login") as two:
            for listener in (one, two):
                browser.get(listener.opened.start_address(TARGET))
            for listener in (one, two):
                browser.get(callback(listener))
                redirect = listener.wait(0)
                assert redirect is not None
                assert redirect.is_from_opened


class TestLogin:
    def test_h79_an_answer_that_another_browser_brings_to_what_the_opened_one_asked_is_refused(
        self, desk: Desk, sandbox: Sandbox, browser: httpx.Client, stranger: httpx.Client
    ) -> None:
        def browse(start: str) -> bool:
            stolen = followed(start, browser)
            pool.submit(stranger.get, approved(sandbox, stolen, user=2))
            return True

        with ThreadPoolExecutor() as pool:
            error = failed(desk.flow(browse=browse))
        assert error.code == "OAUTH_STATE_MISMATCH"
        assert "another browser than the one that was opened" in error.message
        assert "mp account login me" in str(error.hint)
        assert sandbox.logins == ()

    def test_h79_what_the_terminal_shows_may_be_opened_in_any_browser(
        self, desk: Desk, sandbox: Sandbox
    ) -> None:
        flow = desk.flow(browse=lambda start: sandbox.approve(desk.address))
        assert is_of(log_in(ACCOUNT, flow), sandbox)

    def test_h79_what_is_opened_and_what_is_shown_have_no_secret_in_common(
        self, desk: Desk, sandbox: Sandbox, browser: httpx.Client
    ) -> None:
        def browse(start: str) -> bool:
            asked = httpx.URL(followed(start, browser)).params
            shown = httpx.URL(desk.address).params
            same = {name for name in asked if asked[name] == shown[name]}
            assert same == {"response_type", "client_id", "redirect_uri", "code_challenge_method"}
            return sandbox.approve(start)

        assert is_of(log_in(ACCOUNT, desk.flow(browse=browse)), sandbox)

    def test_h79_a_denial_that_another_browser_brings_is_told_as_that(
        self, desk: Desk, browser: httpx.Client, stranger: httpx.Client
    ) -> None:
        def browse(start: str) -> bool:
            denial = redirected(followed(start, browser), error="access_denied")
            pool.submit(stranger.get, denial)
            return True

        with ThreadPoolExecutor() as pool:
            assert failed(desk.flow(browse=browse)).code == "OAUTH_STATE_MISMATCH"
