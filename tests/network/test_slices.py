"""Reads in slices: answers arrive whole, and time limits are those that were set."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpcore
import httpx
import pytest

from mp_core._network.client import Client
from mp_core._network.slices import SLICE_S, sliced
from tests.support.loopback_server import SilentHandler
from tests.support.raw_server import SILENCE, raw_server
from tests.support.tls_server import Authority, needs_openssl, tls_server

TEXT = "x" * 10_000
PIECE = 3_000
"""Less than a record of TLS."""


class Long(SilentHandler):
    def do_GET(self) -> None:
        self.reply(200, TEXT)


def client(**options: object) -> Client:
    return Client(proxy_for=lambda url: None, trust_env=False, **options)


@contextmanager
def hesitant(port: int) -> Iterator[int]:
    """Pass one connection on to a port; what comes back pauses for longer than a slice."""

    def forth(near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):  # It ends when the other end has been closed.
            while data := near.recv(65536):
                far.sendall(data)

    def back(far: socket.socket, near: socket.socket) -> None:
        while data := far.recv(PIECE):
            near.sendall(data)
            if len(data) == PIECE:
                time.sleep(SLICE_S * 1.4)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        far = socket.create_connection(("127.0.0.1", port), timeout=60)

        def serve() -> None:
            near, _ = listener.accept()
            near.settimeout(60)
            with near, far:
                onward = threading.Thread(target=forth, args=(near, far))
                onward.start()
                back(far, near)
                near.shutdown(socket.SHUT_RDWR)
                onward.join(60)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(60)


@needs_openssl
def test_a_record_of_tls_that_comes_in_pieces_is_whole(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    trusting = ssl.create_default_context(cafile=authority.certificate)
    with (
        tls_server(Long, authority.context()) as server,
        hesitant(server.server_port) as port,
        client(verify=trusting, timeout=60) as http,
    ):
        assert http.get(f"https://localhost:{port}/").json() == TEXT


@pytest.mark.parametrize("timeout_s", [SLICE_S / 5, SLICE_S * 2.5])
def test_a_time_limit_is_not_shorter(timeout_s: float) -> None:
    with raw_server(SILENCE) as port, client(timeout=timeout_s) as http:
        started = time.monotonic()
        with pytest.raises(httpx.ReadTimeout):
            http.get(f"http://127.0.0.1:{port}/")
    assert time.monotonic() - started >= timeout_s


@pytest.mark.parametrize("timeout_s", [SLICE_S / 5, SLICE_S, SLICE_S * 2.5])
def test_the_slices_of_a_time_limit_are_no_longer_than_it(timeout_s: float) -> None:
    asked: list[float] = []

    class Silent:
        def read(self, max_bytes: int, timeout: float) -> bytes:
            asked.append(timeout)
            time.sleep(timeout)
            raise httpcore.ReadTimeout

    stream = Silent()
    sliced(stream)
    with pytest.raises(httpcore.ReadTimeout):
        stream.read(1, timeout_s)
    assert sum(asked) <= timeout_s + 0.001
    assert max(asked) <= SLICE_S
