"""The loopback listener: one redirect counts, strangers do not, and the person sees the end."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from mp_oauth_browser.callback import CallbackListener

from .conftest import ANSWER, has_ipv6, url

pytestmark = pytest.mark.usefixtures("logins")

TLS_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
EMBEDDED = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image", "Sec-Fetch-Site": "cross-site"}
FRAMED = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
CLICKED = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def query_of(listener: CallbackListener) -> str | None:
    """Return the query of the redirect that has arrived."""
    redirect = listener.wait(0)
    return redirect.query if redirect else None


def answered(
    pool: ThreadPoolExecutor, browser: httpx.Client, listener: CallbackListener
) -> Future[httpx.Response]:
    """Let a browser follow the redirect to its last page, once it has asked for that."""
    redirect = browser.get(url(listener, f"/callback?{ANSWER}"))
    return pool.submit(browser.get, url(listener, redirect.headers["Location"]))


def said(listener: CallbackListener, data: bytes) -> bytes:
    """Return all that is answered to these bytes."""
    with socket.create_connection(("127.0.0.1", listener.port), timeout=20) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


class TestRedirect:
    def test_its_query_is_returned_and_leaves_the_address_bar_at_once(
        self, listener: CallbackListener, browser: httpx.Client
    ) -> None:
        redirect = browser.get(url(listener, f"/callback?{ANSWER}"))
        assert (redirect.status_code, redirect.headers["Location"]) == (303, "/done")
        assert query_of(listener) == ANSWER
        listener.succeed()

    @pytest.mark.parametrize(
        "host", ["localhost", "127.0.0.1", pytest.param("[::1]", marks=has_ipv6)]
    )
    def test_it_is_received_whatever_localhost_means_to_the_browser(
        self, listener: CallbackListener, browser: httpx.Client, host: str
    ) -> None:
        assert browser.get(url(listener, f"/callback?{ANSWER}", host)).status_code == 303
        assert query_of(listener) == ANSWER

    def test_without_one_the_wait_ends_with_the_time(self, listener: CallbackListener) -> None:
        assert listener.wait(0) is None

    def test_only_the_first_one_counts(
        self, listener: CallbackListener, browser: httpx.Client
    ) -> None:
        for query in (ANSWER, "code=other&state=other"):
            assert browser.get(url(listener, f"/callback?{query}")).status_code == 303
        assert query_of(listener) == ANSWER

    def test_a_click_and_a_browser_that_says_less_count_alike(
        self, listener: CallbackListener, browser: httpx.Client
    ) -> None:
        browser.get(url(listener, f"/callback?{ANSWER}"), headers=CLICKED)
        assert query_of(listener) == ANSWER


class TestLastPage:
    def test_the_browser_waits_for_it_until_it_is_known_how_the_login_ended(
        self, listener: CallbackListener, browser: httpx.Client, pool: ThreadPoolExecutor
    ) -> None:
        page = answered(pool, browser, listener)
        assert not page.done()
        listener.succeed()
        assert "Account me is logged in" in page.result(60).text

    def test_a_failure_is_shown_with_its_reason(
        self, listener: CallbackListener, browser: httpx.Client, pool: ThreadPoolExecutor
    ) -> None:
        page = answered(pool, browser, listener)
        listener.fail("Access was denied.")
        assert "Access was denied." in page.result(60).text

    def test_it_can_be_loaded_again_while_the_listener_lives(
        self, listener: CallbackListener, browser: httpx.Client
    ) -> None:
        browser.get(url(listener, f"/callback?{ANSWER}"))
        listener.succeed()
        pages = {browser.get(url(listener, "/done")).text for _ in range(3)}
        assert len(pages) == 1

    def test_the_listener_stays_until_a_browser_that_is_on_its_way_has_it(
        self, browser: httpx.Client, pool: ThreadPoolExecutor
    ) -> None:
        listener = CallbackListener("me", "mp login", farewell_s=20).__enter__()
        browser.get(url(listener, f"/callback?{ANSWER}"))
        listener.succeed()
        end = pool.submit(listener.__exit__, None, None, None)
        with pytest.raises(TimeoutError):
            end.result(timeout=0.3)
        assert "Account me is logged in" in browser.get(url(listener, "/done")).text
        end.result(timeout=60)

    def test_a_login_that_is_stopped_in_the_terminal_is_told_in_the_browser(
        self, browser: httpx.Client, pool: ThreadPoolExecutor
    ) -> None:
        with CallbackListener("me", "mp login", farewell_s=20) as listener:
            page = answered(pool, browser, listener)
        assert "stopped in the terminal" in page.result(60).text

    @pytest.mark.usefixtures("all_ports")
    def test_a_browser_that_never_fetches_it_does_not_keep_the_listener(
        self, browser: httpx.Client
    ) -> None:
        with CallbackListener("me", "mp login", farewell_s=0.01) as listener:
            browser.get(url(listener, f"/callback?{ANSWER}"))
            listener.fail("No.")
        with pytest.raises(httpx.ConnectError):
            browser.get(url(listener, "/done"))


def ask(
    method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Callable[[CallbackListener, httpx.Client], httpx.Response]:
    return lambda listener, browser: browser.request(
        method, url(listener, path), headers=headers, content=body
    )


CALLBACK = f"/callback?{ANSWER}"
STRANGERS = {
    "a favicon": (ask("GET", "/favicon.ico"), 404),
    "the root": (ask("GET", "/"), 404),
    "a path below": (ask("GET", f"/callback/?{ANSWER}"), 404),
    "the last page, too early": (ask("GET", "/done"), 404),
    "no query": (ask("GET", "/callback"), 400),
    "no state": (ask("GET", "/callback?code=c"), 400),
    "no code": (ask("GET", "/callback?state=s"), 400),
    "empty values": (ask("GET", "/callback?code=&state="), 400),
    "HEAD": (ask("HEAD", CALLBACK), 405),
    "POST": (ask("POST", CALLBACK, body=b"x" * 300_000), 405),
    "OPTIONS": (ask("OPTIONS", CALLBACK, {"Origin": "https://evil.example"}), 405),
    "an unknown method": (ask("BREW", CALLBACK), 501),
    "another host": (ask("GET", CALLBACK, {"Host": "evil.example"}), 421),
    "another port": (ask("GET", CALLBACK, {"Host": "localhost:1"}), 421),
    "an image of a page": (ask("GET", CALLBACK, EMBEDDED), 403),
    "a frame of a page": (ask("GET", CALLBACK, FRAMED), 403),
}
NOISE = {
    "nothing": b"",
    "TLS": TLS_HELLO,
    "zeros": b"\0" * 70_000,
    "half a line": b"GET /callback?code=c",
    "no host": f"GET {CALLBACK} HTTP/1.0\r\n\r\n".encode(),
    "another server's address": f"GET http://x{CALLBACK} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "a broken address": b"GET http://[::1/callback?x HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long line": b"GET /callback?code=" + b"c" * 70_000 + b" HTTP/1.1\r\n\r\n",
    "a long header": b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 200 + b"\r\n",
}


class TestStrangers:
    @pytest.mark.parametrize(("stranger", "status"), STRANGERS.values(), ids=STRANGERS.keys())
    def test_h30_a_stray_request_is_answered_and_the_redirect_still_counts(
        self,
        listener: CallbackListener,
        browser: httpx.Client,
        stranger: Callable[[CallbackListener, httpx.Client], httpx.Response],
        status: int,
    ) -> None:
        response = stranger(listener, browser)
        assert response.status_code == status
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert ("Allow" in response.headers) is (status == 405)
        assert "fake-code" not in response.text
        assert listener.wait(0) is None
        browser.get(url(listener, CALLBACK))
        assert query_of(listener) == ANSWER

    @pytest.mark.parametrize("data", NOISE.values(), ids=NOISE.keys())
    def test_h30_noise_ends_nothing(
        self, listener: CallbackListener, browser: httpx.Client, data: bytes
    ) -> None:
        answer = said(listener, data)
        assert b"200 OK" not in answer
        assert b"303" not in answer
        assert listener.wait(0) is None
        browser.get(url(listener, CALLBACK))
        assert query_of(listener) == ANSWER

    @pytest.mark.parametrize(
        ("start", "status"), [(b"GET /callback?", b"414"), (b"GET / HTTP/1.1\r\nX: ", b"431")]
    )
    def test_h30_what_is_too_long_is_told_so_and_not_repeated(
        self, listener: CallbackListener, start: bytes, status: bytes
    ) -> None:
        answer = said(listener, start + b"x" * 70_000)
        assert answer.startswith(b"HTTP/1.0 " + status)
        assert b"xxx" not in answer

    def test_h30_silent_connections_hold_nobody_up(
        self, listener: CallbackListener, browser: httpx.Client, stack: ExitStack
    ) -> None:
        for _ in range(50):
            address = ("127.0.0.1", listener.port)
            stack.enter_context(socket.create_connection(address, 20)).sendall(b"GET /call")
        browser.get(url(listener, CALLBACK))
        assert query_of(listener) == ANSWER
        listener.succeed()
        assert browser.get(url(listener, "/done")).status_code == 200

    def test_h30_a_scan_that_connects_and_hangs_up_ends_nothing(
        self, listener: CallbackListener, browser: httpx.Client
    ) -> None:
        for _ in range(50):
            socket.create_connection(("127.0.0.1", listener.port), 20).close()
        browser.get(url(listener, CALLBACK))
        assert query_of(listener) == ANSWER

    def test_h39_nothing_is_logged(
        self,
        listener: CallbackListener,
        browser: httpx.Client,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        browser.get(url(listener, CALLBACK))
        for data in NOISE.values():
            said(listener, data)
        assert capfd.readouterr() == ("", "")
