"""`SessionAuth` of an account with connections of its own: our client makes them, no other one."""

from __future__ import annotations

import ssl

import httpx
import pytest

from mp_core._network.own_tls import OURS, context_of
from mp_core._network.transport import http_client
from mp_core.errors import ConfigError
from mp_core.plugin.hooks import hookimpl
from tests.support.signing_provider import BOTH, URL, Seal, Send, Server, auth, host_with, session


class WithCertificate(Seal):
    """Makes a context anew at each call."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[ssl.SSLContext] = []

    @hookimpl
    def mp_tls_context(self) -> ssl.SSLContext:
        self.made.append(ssl.create_default_context())
        return self.made[-1]


@BOTH
def test_the_client_of_somebody_else_is_refused_before_anything_is_sent(send: Send) -> None:
    seal, server = WithCertificate(), Server()
    with pytest.raises(ConfigError, match="client certificate") as caught:
        send(server, auth(host_with(seal)))
    assert caught.value.code == "NEEDS_OWN_CLIENT"
    assert ".http" in str(caught.value.hint)
    assert (server.requests, seal.seen) == ([], [])


def test_our_client_is_told_which_context_each_request_needs() -> None:
    seal, seen = WithCertificate(), list[ssl.SSLContext | None]()

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(context_of(request))
        return httpx.Response(200)

    host = host_with(seal)
    with http_client(httpx.MockTransport(answer), kind="lib") as http:
        http.get(URL, auth=auth(host))
        http.get(URL, auth=auth(host, session(key="fake-key-of-another")))
        http.get(URL, auth=auth(host))
        http.get(URL)
    assert seen == [seal.made[0], seal.made[1], seal.made[0], None]


@pytest.mark.parametrize("is_forged", [False, True])
def test_a_request_that_our_client_has_sent_is_refused_to_another_one(is_forged: bool) -> None:
    host, server = host_with(WithCertificate()), Server()
    with http_client(httpx.MockTransport(lambda _: httpx.Response(200)), kind="lib") as http:
        request = http.get(URL, auth=auth(host)).request
    if is_forged:
        request = httpx.Request("GET", URL, extensions={OURS: True})
    with httpx.Client(transport=httpx.MockTransport(server)) as other, pytest.raises(ConfigError):
        other.send(request, auth=auth(host))
    assert server.requests == []
