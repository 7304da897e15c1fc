"""The loopback listener that receives the redirect (RFC 8252 §7.3, §8.3).

It answers whatever else arrives, such as favicons, scans and other hosts, without ending the login.
The code leaves the address bar at once: the redirect is answered with another one, to a page that
waits until it is known how the login ended.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from mp_oauth_browser import pages
from mp_oauth_browser.authorization import is_answer
from mp_oauth_browser.opened_browser import OpenedBrowser
from mp_oauth_browser.registration import PORTS

FAREWELL_S: Final = 1.0
_SLICE_S: Final = 0.5
"""How long at most Ctrl-C waits that Python was given just before a wait began (PEP 475)."""
_DONE: Final = "/done"


class PortsBusyError(Exception):
    """None of the registered ports is free."""


class Redirect(NamedTuple):
    """What has arrived.

    Attributes:
        query: The redirect's query.
        is_from_opened: Whether it came from the browser that was opened.
    """

    query: str
    is_from_opened: bool


class CallbackListener:
    """Listens on the first free port for one redirect, and shows the person how it ended.

    Attributes:
        port: The port.
        opened: The browser that may be opened, and begins here.
    """

    def __init__(self, account: str, command: str, *, farewell_s: float = FAREWELL_S) -> None:
        """Bind a port.

        Args:
            account: Name of the account that is being logged in.
            command: What starts another login.
            farewell_s: How long to stay for a browser that has not fetched the last page.

        Raises:
            PortsBusyError: All of them are taken.
        """
        self._account = account
        self._command = command
        self._farewell_s = farewell_s
        self._lock = threading.Lock()
        self._redirect: Redirect | None = None
        self._page = ""
        self._arrived = threading.Event()
        self._decided = threading.Event()
        self._shown = threading.Event()
        self.port, self._servers = _bound(self)
        self.opened = OpenedBrowser(self.port)

    def __enter__(self) -> Self:
        """Start to answer."""
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let the browser fetch the last page, then stop."""
        if not self._decided.is_set():
            self.fail("The login was stopped in the terminal.")
        if self.has_answer:
            self._shown.wait(self._farewell_s)
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def wait(self, timeout_s: float) -> Redirect | None:
        """Return the redirect, or None when the time is over."""
        ends = time.monotonic() + timeout_s
        while not self.has_answer and (left_s := ends - time.monotonic()) > 0:
            self._arrived.wait(min(left_s, _SLICE_S))
        return self._redirect

    def succeed(self) -> None:
        """Tell the person that the login is complete."""
        self._decide(pages.success(self._account))

    def fail(self, reason: str) -> None:
        """Tell the person why it is not."""
        self._decide(pages.failure(self._account, self._command, reason))

    @property
    def has_answer(self) -> bool:
        """Whether a redirect has arrived."""
        return self._arrived.is_set()

    def received(self, query: str, cookies: str) -> None:
        """Take a redirect's query, and the browser's cookies; only the first one counts."""
        with self._lock:
            if self._redirect is None:
                self._redirect = Redirect(query, self.opened.sent(cookies))
        self._arrived.set()

    def page(self) -> str:
        """Return the last page, once it is known how the login ended."""
        self._decided.wait()
        return self._page

    def shown(self) -> None:
        """Note that the browser has the last page."""
        self._shown.set()

    def _decide(self, page: str) -> None:
        self._page = page
        self._decided.set()


def _bound(listener: CallbackListener) -> tuple[int, list[_Server]]:
    for port in PORTS:
        with contextlib.suppress(OSError):
            return port, _servers(listener, port)
    raise PortsBusyError


def _servers(listener: CallbackListener, port: int) -> list[_Server]:
    """Return servers on both loopback addresses, since `localhost` may mean either.

    Raises:
        OSError: The port is taken on one of them.
    """
    servers = [_Server(("127.0.0.1", port), listener)]
    if not _has_ipv6_loopback():
        return servers
    try:
        return [*servers, _Server6(("::1", port), listener)]
    except OSError:
        servers[0].server_close()
        raise


def _has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # A scan of the port must not delay the redirect.
    # On POSIX this lets a port be used again at once; on Windows it would share a busy one.
    allow_reuse_address = os.name != "nt"

    def __init__(self, address: tuple[str, int], listener: CallbackListener) -> None:
        self.listener = listener
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without looking up the name of the address, as `HTTPServer` would."""
        TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a connection that breaks: scans and closed tabs are no concern of the login."""


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "mp"
    sys_version = ""
    timeout = 10

    def do_GET(self) -> None:
        """Answer the opened browser, the redirect, the last page, and everything else."""
        path, _, query = self.path.partition("?")
        listener = self.server.listener
        if not self._is_for_us():
            self._send(HTTPStatus.MISDIRECTED_REQUEST, pages.stray())
        elif path == "/start":
            self._start(query)
        elif path == "/callback":
            self._callback(query)
        elif path == _DONE and listener.has_answer:
            self._send(HTTPStatus.OK, listener.page())
            listener.shown()
        else:
            self._send(HTTPStatus.NOT_FOUND, pages.stray())

    def do_HEAD(self) -> None:
        """Answer as to a stray request: only GET is a redirect."""
        self._send(HTTPStatus.METHOD_NOT_ALLOWED, "", {"Allow": "GET"})

    do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = do_HEAD

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no proper request, without repeating any of it."""
        self._send(HTTPStatus(code), pages.stray())

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the path holds the code."""

    def _start(self, query: str) -> None:
        listener = self.server.listener
        is_over = listener.has_answer or not self._is_navigation()
        target = None if is_over else listener.opened.target_for(query)
        if target is None:
            self._send(HTTPStatus.NOT_FOUND, pages.stray())
        else:
            self._send_on(target, listener.opened.cookie)

    def _callback(self, query: str) -> None:
        if not self._is_navigation():
            self._send(HTTPStatus.FORBIDDEN, pages.stray())
        elif not is_answer(query):
            self._send(HTTPStatus.BAD_REQUEST, pages.stray())
        else:
            listener = self.server.listener
            listener.received(query, self.headers.get("Cookie", ""))
            self._send_on(_DONE, listener.opened.spent_cookie)

    def _send_on(self, address: str, cookie: str) -> None:
        self._send(HTTPStatus.SEE_OTHER, "", {"Location": address, "Set-Cookie": cookie})

    def _is_for_us(self) -> bool:
        """Refuse other names for this address, which a hostile page may use (DNS rebinding)."""
        port = self.server.server_address[1]
        hosts = {f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]")}
        return self.headers.get("Host", "").lower() in hosts

    def _is_navigation(self) -> bool:
        """Refuse the images, frames and scripts of a page (W3C Fetch Metadata §2): no redirects."""
        mode = self.headers.get("Sec-Fetch-Mode", "navigate")
        return mode == "navigate" and self.headers.get("Sec-Fetch-Dest", "document") == "document"

    def _send(self, status: HTTPStatus, page: str, extra: dict[str, str] | None = None) -> None:
        body = page.encode("utf-8")
        self.send_response(status)
        for name, value in {**pages.HEADERS, **(extra or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
