"""A deadline of requests: a server that sends slowly does not stretch it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from mp_core._network.deadline import Deadline, bounded

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"


class Dripping:
    """A server that sends a byte now and then, after some whole ones."""

    def __init__(self, whole: bytes) -> None:
        self.whole = whole
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.over = threading.Event()
        self.gone = threading.Event()
        self.listener.settimeout(20)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with suppress(OSError):
            connection, _ = self.listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(self.whole)
                self.drip(connection)

    def drip(self, connection: socket.socket) -> None:
        try:
            while not self.over.wait(0.05):
                connection.sendall(b"x")
        except OSError:
            self.gone.set()


@pytest.fixture(params=[b"", HEAD], ids=["head", "body"])
def dripping(request: pytest.FixtureRequest) -> Iterator[Dripping]:
    server = Dripping(request.param)
    yield server
    server.over.set()
    server.listener.close()


def test_h75_a_server_that_drips_cannot_stretch_the_deadline(dripping: Dripping) -> None:
    started = time.monotonic()
    client = httpx.Client(timeout=60, trust_env=False)
    with bounded(client, Deadline(2)) as http, pytest.raises(httpx.ReadTimeout):
        http.get(dripping.url)
    assert time.monotonic() - started < 30
    assert dripping.gone.wait(60)


def test_after_the_deadline_nothing_is_asked(dripping: Dripping) -> None:
    with (
        bounded(httpx.Client(trust_env=False), Deadline(0)) as http,
        pytest.raises(httpx.ReadTimeout),
    ):
        http.get(dripping.url)
    socket.create_connection(dripping.listener.getsockname(), timeout=10).close()


def test_what_is_left_is_never_negative() -> None:
    now = [0.0]
    deadline = Deadline(2, clock=lambda: now[0])
    now[0] = 1.5
    assert deadline.left_s() == 0.5
    now[0] = 9
    assert deadline.left_s() == 0


def test_a_request_in_time_is_as_it_was() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, text="ok")

    client = httpx.Client(transport=httpx.MockTransport(answer), timeout=3)
    with bounded(client, Deadline(60)) as http:
        assert http.get("https://host.example/").text == "ok"
    assert seen[0].extensions["timeout"] == dict.fromkeys(("connect", "read", "write", "pool"), 3)
