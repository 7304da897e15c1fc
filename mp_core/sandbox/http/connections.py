"""The open connections of a server: bounded in number, and found again when it closes."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

# With what else a process has open, this stays below the usual limit of files on macOS, 256.
MAX_CONNECTIONS = 200


@dataclass(slots=True, eq=False)
class _Connection:
    """One connection; it waits for its client since a moment, or since never."""

    socket: socket.socket
    thread: threading.Thread
    waiting_since_s: float

    def cut(self) -> None:
        self.waiting_since_s = math.inf
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)


class Connections:
    """Serves each connection in a thread of its own, `MAX_CONNECTIONS` at most.

    When they are all taken, the one that has waited longest for its client makes room: slow
    clients harm nobody but each other. `open` and `close` are called by one thread.
    """

    def __init__(self) -> None:
        self._connections: dict[socket.socket, _Connection] = {}

    def open(self, connection: socket.socket, serve: Callable[[], object]) -> bool:
        """Begin to serve; return False, and do not, when every other one is being answered."""
        alive = self._alive()
        if len(alive) >= MAX_CONNECTIONS and not _cut_longest_waiting(alive.values()):
            return False
        thread = threading.Thread(target=serve, name="mp-sandbox", daemon=True)
        alive[connection] = _Connection(connection, thread, time.monotonic())
        self._connections = alive
        thread.start()
        return True

    def note(self, connection: socket.socket, *, is_waiting: bool) -> None:
        """Note that a connection now waits for its client, or that the client waits for it."""
        since_s = time.monotonic() if is_waiting else math.inf
        self._connections[connection].waiting_since_s = since_s

    def close(self) -> None:
        """Cut every connection and wait until its thread has ended."""
        for connection in self._alive().values():
            connection.cut()
            connection.thread.join()

    def _alive(self) -> dict[socket.socket, _Connection]:
        return {s: c for s, c in self._connections.items() if c.thread.is_alive()}


def _cut_longest_waiting(connections: Iterable[_Connection]) -> bool:
    longest = min(connections, key=lambda connection: connection.waiting_since_s)
    is_waiting = longest.waiting_since_s < math.inf
    if is_waiting:
        longest.cut()
    return is_waiting
