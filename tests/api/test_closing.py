"""`close()`: it ends what other threads wait for with this client, and nothing of another."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from mp_core._api.client import MixpanelClient
from mp_core._network.transport import http_client
from mp_core._runtime.context import Context
from mp_core._values.session import Session
from mp_core.errors import APIError
from mp_core.plugin.tokens import OAuthTokens
from tests.support.bearer_server import Pass, context, session, tokens
from tests.support.fake_providers import HOST, BadgeAccount
from tests.support.loopback_server import SilentHandler, answering
from tests.support.raw_server import SILENCE, raw_server
from tests.support.scripted_client import ME
from tests.support.tls_server import Authority, needs_openssl, tls_server

WITHIN_S = 20.0
"""Less than whatever is waited for here, also on a machine that is busy."""


class Busy(SilentHandler):
    """Asks everybody for a long pause."""

    def do_GET(self) -> None:
        self.send_response(429)
        self.send_header("Retry-After", "50")
        self.send_header("Content-Length", "0")
        self.end_headers()


class Fine(SilentHandler):
    """Answers every question with the same word."""

    def do_GET(self) -> None:
        self.reply(200, "fine")


def badge_session() -> Session:
    account = BadgeAccount(name="ci", region="us", username="robot", secret=SecretStr("fake"))
    return Session(account=account, project="1")


class Waiting:
    """A client whose call waits in another thread; `told` is set before a pause."""

    def __init__(self, url: str, pool: ThreadPoolExecutor) -> None:
        self.told = threading.Event()
        surroundings = Context(
            plugins=HOST, env={"MP_API_BASE_URL": url}, tell=lambda _: self.told.set()
        )
        self.client = MixpanelClient(surroundings)
        self.call: Future[Any] = pool.submit(self.client.send, ME, badge_session())


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


@contextmanager
def ended_soon(call: Future[Any]) -> Iterator[None]:
    """Expect that the block ends a call at once, with an error that says why."""
    begun = time.monotonic()
    yield
    with pytest.raises(APIError) as caught:
        call.result(60)
    assert time.monotonic() - begun < WITHIN_S
    assert caught.value.code == "CLOSED"
    assert "was closed by another thread" in caught.value.message
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_h93_a_pause_ends_and_that_of_another_client_goes_on(pool: ThreadPoolExecutor) -> None:
    with answering(Busy) as url:
        one, other = Waiting(url, pool), Waiting(url, pool)
        assert one.told.wait(20)
        assert other.told.wait(20)
        with ended_soon(one.call):
            one.client.close()
        assert not other.call.done()
        with ended_soon(other.call):
            other.client.close()


def test_h93_a_request_that_waits_for_its_answer_ends(pool: ThreadPoolExecutor) -> None:
    heard = threading.Event()
    with raw_server(SILENCE, heard) as port:
        waiting = Waiting(f"http://127.0.0.1:{port}", pool)
        assert heard.wait(20)
        with ended_soon(waiting.call):
            waiting.client.close()


@pytest.mark.parametrize(("length", "is_whole"), [(b"", False), (b"Content-Length: 3\r\n", True)])
def test_h93_an_answer_that_only_ends_with_its_connection_may_be_cut(
    length: bytes, is_whole: bool
) -> None:
    with (
        raw_server(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n[1]") as port,
        http_client(None, kind="lib") as http,
    ):
        http.event_hooks = {"response": [lambda _: http.ended.set()]}
        with nullcontext() if is_whole else pytest.raises(httpx.NetworkError, match="closed"):
            assert http.get(f"http://127.0.0.1:{port}").json() == [1]


@needs_openssl
def test_h93_so_does_one_over_tls(
    pool: ThreadPoolExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, over = threading.Event(), threading.Event()

    class Silent(SilentHandler):
        def do_GET(self) -> None:
            heard.set()
            over.wait(20)

    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    with tls_server(Silent, authority.context()) as server:
        waiting = Waiting(f"https://localhost:{server.server_port}", pool)
        try:
            assert heard.wait(20)
            with ended_soon(waiting.call):
                waiting.client.close()
        finally:
            over.set()


def test_h93_a_wait_for_a_refresh_ends_and_the_refresh_does_not(
    pool: ThreadPoolExecutor, home: Path
) -> None:
    begun, over = threading.Event(), threading.Event()

    def renew() -> OAuthTokens:
        begun.set()
        assert over.wait(20)
        return tokens("new")

    surroundings = context(home, Pass(renew), tokens("old", expires=datetime.now(UTC)))
    client = MixpanelClient(surroundings)
    call = pool.submit(client.send, ME, session())
    assert begun.wait(20)
    with ended_soon(call):
        client.close()
    over.set()
    assert surroundings.vault.access_token(session().account) == "new"


def test_h93_the_next_call_opens_a_new_connection(pool: ThreadPoolExecutor) -> None:
    with answering(Fine) as url:
        client = MixpanelClient(Context(plugins=HOST, env={"MP_API_BASE_URL": url}))
        before = client.http
        assert client.send(ME, badge_session()) == "fine"
        client.close()
        with pytest.raises(httpx.NetworkError, match="closed"):
            before.get(url)
        assert client.send(ME, badge_session()) == "fine"
        client.close()
