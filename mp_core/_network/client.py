"""A client of `httpx` whose failures say what is the matter, and which another thread can end."""

from __future__ import annotations

import socket
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import httpx

from mp_core._network.causes import Cause, Place, cause_at, with_cause
from mp_core._network.own_tls import OURS
from mp_core._network.slices import sliced
from mp_core.errors import MpError

CLOSED: Final = Cause(
    "closed",
    "the client was closed meanwhile",
    "Send the request again: a new connection is opened for it.",
    may_pass=False,
)

ProxyFor = Callable[[httpx.URL], str | None]


class Client(httpx.Client):
    """Raises what `httpx` raises, in words that name the cause and hold no credential.

    Args:
        proxy_for: Returns the variable that names the proxy on the way to an address, or None.
        **options: What `httpx.Client` takes.
    """

    def __init__(self, *, proxy_for: ProxyFor, **options: Any) -> None:
        super().__init__(**options)
        self.ended = threading.Event()
        self._proxy_for = proxy_for
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._registering = threading.Lock()

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request, and watch how far it comes.

        Raises:
            httpx.RequestError: No answer arrived; see `cause_of`.
        """
        watch = _Watch(self._register, request.extensions.get("trace"))
        request.extensions = {**request.extensions, "trace": watch, OURS: watch}
        try:
            answer = super().send(request, **options)
            if self.ended.is_set() and not _has_length(answer):
                raise httpx.ReadError("")  # Its end may be where it was cut.
            return answer
        except MpError:
            raise
        except Exception as error:
            told = self._told(error, request, watch)
            if told is None:
                raise
        finally:
            watch.is_sending = False
        # Raised here, since what it was raised from holds the request with its credential.
        raise told

    def _told(
        self, error: Exception, request: httpx.Request, watch: _Watch
    ) -> httpx.RequestError | None:
        if self.ended.is_set():
            return with_cause(httpx.NetworkError(""), CLOSED)
        if not isinstance(error, httpx.RequestError):
            return None
        place = Place(
            request.url.host,
            watch.peer,
            watch.tls_host,
            request.extensions.get("timeout", {}),
            self._proxy_for(request.url),
        )
        return with_cause(error, cause_at(error, place))

    def end(self) -> None:
        """Close the client; requests that other threads wait for fail at once.

        One that is about to connect fails as soon as it has, or at the time limit for that.
        """
        self.ended.set()
        with self._registering:
            sockets = list(self._sockets)
        for each in sockets:
            _shut(each)
        with suppress(RuntimeError):  # Some versions complain of the requests that it ends.
            self.close()

    def _register(self, connection: socket.socket) -> None:
        with self._registering:
            self._sockets.add(connection)
        if self.ended.is_set():
            _shut(connection)


def _has_length(answer: httpx.Response) -> bool:
    """Return whether the end of an answer is told from that of its connection (RFC 9112 §6.3)."""
    return "content-length" in answer.headers or "transfer-encoding" in answer.headers


def _shut(connection: socket.socket) -> None:
    """Wake whoever waits for a connection, which closing it does not do.

    The method of an `SSLSocket` would also take its state away from under the other thread.
    """
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _Watch:
    """Notes how far a request comes, as `httpx` tells it (its extension `trace`)."""

    def __init__(
        self, register: Callable[[socket.socket], None], others: Callable[..., Any] | None
    ) -> None:
        self.peer: tuple[str, int] | None = None
        self.tls_host: str | None = None
        self.is_sending = True
        self._register = register
        self._others = others

    def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith("connect_tcp.started"):
            self.peer = info["host"], info["port"]
        elif event.endswith("start_tls.started"):
            self.tls_host = info["server_hostname"]
        elif event.endswith(("connect_tcp.complete", "start_tls.complete")):
            stream = info["return_value"]
            sliced(stream)
            self._register(stream.get_extra_info("socket"))
        if self._others is not None:
            self._others(event, info)
