"""Raw bytes to the listener that waits for a redirect, in any pieces."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

from hypothesis import strategies as st

from tests.fuzz.target import Check, target
from tests.fuzz.texts import mostly, mutated, texts

PORT = b"{port}"
_WAIT_S = 20
_HOSTS = [b"localhost:{port}", b"127.0.0.1:{port}", b"[::1]:{port}", b"evil.example", b"", b"\xff"]
_TARGETS = [
    *[b"/", b"/callback", b"/callback?code=c", b"/callback?state=s", b"/done", b"/start?x", b"*"],
    *[b"/callback?state=s&code=c", b"/callback?error=e&state=s&state=t", b"//callback?a", b"/%00"],
    *[b"/callback?" + b"&" * 3000, b"/callback?state=%ff&code=%00", b"http://[", b"/\xc3\xa9", b""],
    *[b"/callback?" + b"a=b&" * 3000, b"/" + b"x" * 70000, b"/callback#state=s&code=c"],
]
_METHODS = [b"GET", b"HEAD", b"POST", b"OPTIONS", b"BREW", b"get", b"", b"G\x00T", b"CONNECT"]
_HEADERS = [
    *[b"Sec-Fetch-Mode: no-cors", b"Content-Length: 99999999999999999999", b"Content-Length: -1"],
    *[b"Expect: 100-continue", b"Transfer-Encoding: chunked", b"X: " + b"y" * 70000, b": x", b"x"],
    *[b"Cookie: a=b; mp=\xff", b"Cookie: " + b"a=b; " * 500, b"Host: evil.example", b" folded"],
    *[b"Connection: keep-alive", b"X: \x00\r\n y", b"X-" + b"z" * 100 + b": 1"],
]


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Draw a request that is nearly one."""
    method = draw(mostly(st.just(b"GET"), st.sampled_from(_METHODS)))
    version = draw(
        mostly(st.just(b"HTTP/1.1"), st.sampled_from([b"", b"HTTP/0.9", b"HTTP/9", b"X"]))
    )
    where = draw(st.sampled_from(_TARGETS) | texts.map(str.encode))
    lines = [b" ".join([method, where, version]).rstrip()]
    lines.append(b"Host: " + draw(mostly(st.just(_HOSTS[0]), st.sampled_from(_HOSTS))))
    lines += draw(st.lists(st.sampled_from(_HEADERS), max_size=3)) * draw(
        st.sampled_from([1, 1, 150])
    )
    end = draw(mostly(st.just(b"\r\n"), st.sampled_from([b"\n", b"\r"])))
    return end.join([*lines, b"", b""]) + draw(
        st.sampled_from([b"", b"", b"body", b"\x16\x03\x01"])
    )


INPUTS = st.tuples(
    requests() | requests().flatmap(mutated) | st.binary(max_size=100),
    st.lists(st.floats(0, 1), max_size=3),
)


def listening(directory: Path) -> Iterator[Check]:
    from mp_oauth_browser.callback import CallbackListener

    broken: list[BaseException] = []

    def noted(*_: object) -> None:
        """Note what a request has broken; that a connection was cut is no fault."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            broken.append(error)

    with ExitStack() as stack, patch.object(threading, "excepthook", _died(broken)):
        listener: CallbackListener | None = None

        def check(drawn: tuple[bytes, list[float]]) -> None:
            nonlocal listener
            if listener is None or listener.has_answer:
                stack.close()
                listener = stack.enter_context(CallbackListener("me", "mp login", farewell_s=0))
                for server in listener._servers:
                    server.handle_error = noted  # type: ignore[assignment,method-assign]
            data, cuts = drawn
            data = data.replace(PORT, str(listener.port).encode())
            _sent(listener.port, _pieces(data, cuts))
            is_answer = b"state" in data and (b"code" in data or b"error" in data)
            assert is_answer or not listener.has_answer, "the login is ended"
            probe = b"GET / HTTP/1.1\r\nHost: localhost:%d\r\n\r\n" % listener.port
            assert b" 404 " in _sent(listener.port, [probe]), "the listener no longer answers"
            if broken:
                raise broken.pop()

        yield check


def _died(broken: list[BaseException]) -> Callable[[threading.ExceptHookArgs], None]:
    """Return what notes the end of a thread."""

    def died(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            broken.append(told.exc_value)

    return died


def _pieces(data: bytes, cuts: list[float]) -> list[bytes]:
    places = [0, *sorted(int(cut * len(data)) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


def _sent(port: int, pieces: list[bytes]) -> bytes:
    """Send bytes in pieces, and return all that is answered."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=_WAIT_S) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):
            for piece in pieces:
                client.sendall(piece)
            client.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while found := client.recv(65536):
                answer += found
    return answer


CALLBACKS = target("callbacks", INPUTS)(listening)
