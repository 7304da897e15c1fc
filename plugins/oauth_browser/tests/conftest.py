"""A login's surroundings: the person, the registration that is kept, the authorization server."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from mp_core.errors import OAuthError
from mp_core.plugin import LoginFlow, OAuthClientInfo, OAuthTokens
from mp_core.sandbox import Sandbox
from mp_oauth_browser import OAuthBrowserAccount
from mp_oauth_browser.callback import CallbackListener
from mp_oauth_browser.login import log_in
from mp_oauth_browser.registration import PORTS


def _lacks_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return True
    return False


has_ipv6 = pytest.mark.skipif(_lacks_ipv6(), reason="there is no IPv6 loopback address here")

ANSWER = "code=fake-code&state=fake-state"
ACCOUNT = OAuthBrowserAccount(name="me", region="us")
Handler = Callable[[httpx.Request], httpx.Response]


@dataclass
class Kept:
    """The account's slot for a client registration.

    Attributes:
        client: The registration.
        forgotten: How often it was dropped.
    """

    client: OAuthClientInfo | None = None
    forgotten: int = 0

    def load(self) -> OAuthClientInfo | None:
        return self.client

    def save(self, client: OAuthClientInfo) -> None:
        self.client = client

    def forget(self) -> None:
        self.client = None
        self.forgotten += 1


@dataclass
class Desk:
    """A person at a terminal, and what belongs to a login there.

    Attributes:
        http: A client of the authorization server.
        kept: The client registration.
        said: What the person was told.
        asked: What the person was asked.
    """

    http: httpx.Client
    kept: Kept = field(default_factory=Kept)
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def flow(
        self,
        *,
        browse: Callable[[str], bool] | None = None,
        paste: Callable[[str], str] | None = None,
        seconds: float = 20,
    ) -> LoginFlow:
        """Return a login's surroundings.

        Args:
            browse: Opens a browser; None when the person wants none.
            paste: Returns what the person pastes, given the address; None where nobody can.
            seconds: How long the person has.
        """

        def ask(question: str) -> str:
            assert paste is not None
            self.asked.append(question)
            return paste(self.address)

        return LoginFlow(
            http=self.http,
            registrations=self.kept,
            say=self.said.append,
            ask=ask if paste else None,
            browse=browse,
            deadline_s=time.monotonic() + seconds,
            command="mp account login me",
        )

    @property
    def address(self) -> str:
        """The address that the person was told to open."""
        (told,) = (line for line in self.said if line.startswith("To log in, open:"))
        return told.split()[-1]


@pytest.fixture
def listener() -> Iterator[CallbackListener]:
    """A listener that ends as soon as it has its redirect."""
    with CallbackListener("me", "mp login", farewell_s=0) as listener:
        yield listener


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    """A browser, as far as a listener sees one."""
    with httpx.Client(trust_env=False, timeout=20) as client:
        yield client


def url(listener: CallbackListener, path: str, host: str = "127.0.0.1") -> str:
    """Return an address at a listener."""
    return f"http://{host}:{listener.port}{path}"


def followed(address: str, browser: httpx.Client) -> str:
    """Return where a browser ends that opens an address: where it starts leads to the server."""
    path = urlsplit(address).path
    return browser.get(address).headers["Location"] if path == "/start" else address


def redirected(address: str, **answer: str) -> str:
    """Return the redirect that answers a login's address, with other parameters if given."""
    asked = parse_qs(urlsplit(address).query)
    query = urlencode({"state": asked["state"][0], **answer})
    return f"{asked['redirect_uri'][0]}?{query}"


def approved(sandbox: Sandbox, address: str, user: int = 1) -> str:
    """Return the redirect after a person has approved, as a browser would show it."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        page = client.get(address).text
        ticket = page.split('name="ticket" value="')[1].split('"')[0]
        form = {"ticket": ticket, "decision": "approve"}
        form["user_id"] = str(sandbox.identities[user].user_id)
        path = page.split('action="')[1].split('"')[0]
        return client.post(httpx.URL(address).join(path), data=form).headers["Location"]


def failed(flow: LoginFlow) -> OAuthError:
    with pytest.raises(OAuthError) as caught:
        log_in(ACCOUNT, flow)
    return caught.value


def is_of(tokens: OAuthTokens, sandbox: Sandbox) -> bool:
    (login,) = sandbox.logins
    return tokens.access_token.get_secret_value() == login.access_token


# The tests of the core hold the same locks while they log in.
@pytest.fixture
def logins(request: pytest.FixtureRequest) -> Iterator[None]:
    """Use one of the ports at a time, and leave the others to others, or use all of them."""
    uses_all = "all_ports" in request.fixturenames
    with ExitStack() as held:
        names = [f"/tmp/mp-core-redirect-port-{number}-{os.getuid()}.lock" for number in range(4)]
        locks = [held.enter_context(Path(name).open("w")) for name in names]
        for lock in locks if uses_all else [_free(locks)]:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def all_ports(logins: None) -> None:
    """Use several of the ports at a time, while nobody else uses one."""


def _free(locks: Sequence[IO[str]]) -> IO[str]:
    """Return a lock that nobody holds, now locked, or else one to wait for."""
    for lock in locks:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
    return locks[os.getpid() % len(locks)]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Closes what a test opens."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def desk(sandbox: Sandbox, stack: ExitStack) -> Desk:
    """A desk whose authorization server is the sandbox."""
    return Desk(stack.enter_context(httpx.Client(base_url=f"{sandbox.url}/oauth/", timeout=60)))


@pytest.fixture
def server(stack: ExitStack) -> Callable[[Handler], httpx.Client]:
    """Return a client of a server that answers as a test says."""

    def client(handler: Handler) -> httpx.Client:
        transport = httpx.MockTransport(handler)
        base = "https://login.example/oauth/"
        return stack.enter_context(httpx.Client(base_url=base, transport=transport))

    return client


def occupy(
    stack: ExitStack,
    port: int,
    family: socket.AddressFamily = socket.AF_INET,
    host: str = "127.0.0.1",
) -> None:
    """Let somebody else listen on a port until the stack is closed."""
    taken = stack.enter_context(socket.socket(family))
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind((host, port))
    taken.listen()


@pytest.fixture
def occupied(all_ports: None, stack: ExitStack) -> None:
    """Somebody else listens on all four ports."""
    for port in PORTS:
        occupy(stack, port)
