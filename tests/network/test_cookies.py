"""Cookies: what a server sets for one account, no request carries, of that account or another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from mp_core._api.auth import SessionAuth
from mp_core._runtime.context import Context
from mp_core._values.selection import selected
from mp_core.workspace import Workspace
from tests.support import fake_providers
from tests.support.bearer_server import Pass, session, tokens
from tests.support.fake_providers import BADGE_BLOCK, Badge, badge
from tests.support.home_files import configure
from tests.support.loopback_server import SilentHandler, answering


class Sticky(SilentHandler):
    """Sets cookies with every answer, and remembers which it was sent."""

    sent: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.sent.append((self.path, self.headers["Cookie"]))
        content = b"{}"
        self.send_response(302 if self.path == "/away" else self._status())
        self.send_header("Location", "/there")
        self.send_header("Set-Cookie", f"session={len(self.sent)}; Path=/")
        self.send_header("Set-Cookie", "lasting=1; Path=/; Max-Age=99999; Domain=127.0.0.1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def _status(self) -> int:
        return 401 if self.headers["Authorization"] == "Bearer refused" else 200


@pytest.fixture
def address() -> Iterator[str]:
    Sticky.sent.clear()
    with answering(Sticky) as found:
        yield found


@pytest.fixture
def context(home: Path, address: str) -> Context:
    """Surroundings of a pass whose bearer is refused once, and of two badges."""
    one, two = ({**BADGE_BLOCK, "username": name} for name in ("one", "two"))
    configure(home, active={"account": "one"}, accounts={"one": one, "two": two})
    plugin = Pass(lambda: tokens("accepted"))
    plugins = fake_providers.host_of(badge=Badge(), **{"pass": plugin})
    around = Context(env={"HOME": str(home), "MP_API_BASE_URL": address}, plugins=plugins)
    around.vault.store(session().account, tokens("refused"))
    return around


def cookies() -> list[str | None]:
    return [cookie for _, cookie in Sticky.sent]


def test_h66_no_request_carries_the_cookie_of_an_account_before(context: Context) -> None:
    with Workspace.within(context, selected(account="one")) as ws:
        for account in ("one", "two", "one"):
            ws.use(account=account).request("GET", "/x")
    assert cookies() == [None] * 3


def test_h66_a_request_that_is_repeated_after_a_401_carries_none(context: Context) -> None:
    with Workspace.within(context, session=session()) as ws:
        ws.request("GET", "/x")
    assert cookies() == [None] * 2


def test_h66_neither_does_one_that_the_user_sends_or_lets_be_redirected(
    context: Context, address: str
) -> None:
    with Workspace.within(context, selected(account="one")) as ws:
        for _ in range(2):
            ws.http.get(f"{address}/away", follow_redirects=True)
        assert [path for path, _ in Sticky.sent] == ["/away", "/there"] * 2
        assert ws.http.get(f"{address}/x", headers={"Cookie": "mine=1"}).cookies["session"]
        ws.http.get(f"{address}/x")
    assert cookies() == [None] * 4 + ["mine=1", None]


def test_h66_a_token_request_carries_none(context: Context) -> None:
    with context.oauth_http(badge()) as http:
        for _ in range(2):
            http.post("token/")
    assert cookies() == [None] * 2


def test_h66_the_cookies_of_another_client_are_its_users_own(
    context: Context, address: str
) -> None:
    auth = SessionAuth(session(), context=context)
    with httpx.Client(auth=auth, cookies={"mine": "1"}, trust_env=False) as client:
        assert client.get(f"{address}/api/app/x").status_code == 200
    assert cookies() == ["mine=1"] * 2
