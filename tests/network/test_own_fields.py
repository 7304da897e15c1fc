"""What an account puts into a request goes to one place, and with no other account."""

from __future__ import annotations

import ssl
from typing import ClassVar

import httpx
import pytest

from mp_core._network.own_tls import context_of
from mp_core._network.transport import http_client
from mp_core.plugin._host.host import Host
from mp_core.plugin.hooks import hookimpl
from tests.support.loopback_server import SilentHandler, answering
from tests.support.signing_provider import (
    URL,
    Seal,
    SealAccount,
    Unsigned,
    auth,
    host_with,
    session,
)

SECRETS = {"authorization", "x-number", "x-proof", "x-team", "x-device"}


class WithCertificate(Seal):
    @hookimpl
    def mp_tls_context(self, account: SealAccount) -> ssl.SSLContext | None:
        return ssl.create_default_context() if account.name == "me" else None


class Device:
    """An extension that adds a header to the requests of one account."""

    @hookimpl
    def mp_authenticate(self, account: SealAccount) -> dict[str, str] | None:
        return {"X-Device": "fake-device"} if account.name == "me" else None


class Bare(Unsigned):
    """Proves whoever it is with one header alone."""

    @hookimpl
    def mp_authenticate(self) -> dict[str, str]:
        return {"Authorization": "Bare other"}


def host() -> Host:
    return host_with(WithCertificate(more={"X-Proof": "fake-proof"}), device=Device())


def secrets_in(request: httpx.Request) -> set[str]:
    return SECRETS & request.headers.keys()


def test_a_request_that_is_sent_again_as_somebody_else_keeps_nothing_of_the_first() -> None:
    seen = list[tuple[ssl.SSLContext | None, set[str]]]()

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((context_of(request), secrets_in(request)))
        return httpx.Response(200)

    with http_client(httpx.MockTransport(answer), kind="lib") as http:
        request = http.build_request("GET", URL, headers={"X-Mine": "the caller's"})
        http.send(request, auth=auth(host(), session({"X-Team": "red"})))
        http.send(request, auth=auth(host_with(Bare()), session(name="other")))
    assert seen[0][0] is not None
    assert seen[0][1] == SECRETS
    assert seen[1] == (None, {"authorization"})
    assert request.headers["X-Mine"] == "the caller's"


class Keeper(SilentHandler):
    """Remembers what reaches it, and leads away from everything but one path."""

    seen: ClassVar[list[set[str]]]
    leads_to: ClassVar[str] = ""

    def do_GET(self) -> None:
        self.seen.append(SECRETS & {name.lower() for name in self.headers})
        if self.path == "/end":
            return self.reply(200, {})
        self.send_response(302)
        self.send_header("Location", f"{self.leads_to}/end")
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.mark.parametrize(("leads_away", "kept"), [(True, set[str]()), (False, SECRETS)])
def test_a_redirect_takes_it_to_no_other_host(leads_away: bool, kept: set[str]) -> None:
    class There(Keeper):
        seen: ClassVar[list[set[str]]] = []

    class Here(There):
        """Sees to the same list."""

    with answering(There) as there, answering(Here) as here, http_client(None, kind="lib") as http:
        Here.leads_to = there if leads_away else ""
        sender = auth(host(), session({"X-Team": "red"}, gateway=here))
        http.get(f"{here}/api/app/me", auth=sender, follow_redirects=True)
    assert There.seen == [SECRETS, kept]
