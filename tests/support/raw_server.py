"""Servers that answer every connection with the same bytes, or refuse it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

SILENCE: Final = None
"""The answer of a server that accepts a connection and says nothing."""


@contextmanager
def dead_port() -> Iterator[int]:
    """Yield a port that refuses connections, and that nobody else gets while the block lasts."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextmanager
def raw_server(answer: bytes | None, heard: threading.Event | None = None) -> Iterator[int]:
    """Answer what connects with these bytes, and yield the port.

    A connection is closed after its answer, and one that gets none with the block.

    Args:
        answer: The bytes, or `SILENCE`.
        heard: Set once something was heard that gets no answer.
    """
    over = threading.Event()
    kept: list[socket.socket] = []

    def serve(listener: socket.socket) -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            if answer is SILENCE:
                kept.append(connection)
                if heard is not None:
                    with suppress(OSError):
                        connection.settimeout(20)
                        connection.recv(65536)
                    heard.set()
                continue
            with connection, suppress(OSError):
                connection.settimeout(20)
                connection.recv(65536)
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            thread.join(60)
            for connection in kept:
                connection.close()
