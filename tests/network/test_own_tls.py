"""Connections with a client certificate: one client serves many, and mixes none."""

from __future__ import annotations

import gc
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mp_core._network import ways
from mp_core._network.client import Client
from mp_core._network.own_tls import context_of, secure
from mp_core._network.transport import http_client
from tests.support.forward_proxy import forward_proxy, needs_tinyproxy
from tests.support.loopback_server import SilentHandler
from tests.support.tls_server import (
    Authority,
    NamedClients,
    TlsServer,
    TlsServers,
    needs_openssl,
    tls_servers,
)

pytestmark = needs_openssl


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def ann(authority: Authority) -> ssl.SSLContext:
    return authority.client_context("ann")


@pytest.fixture(scope="module")
def eve(authority: Authority) -> ssl.SSLContext:
    return authority.client_context("eve")


@pytest.fixture
def server(authority: Authority) -> Iterator[TlsServers]:
    with tls_servers(NamedClients, authority.asking()) as server:
        yield server


@pytest.fixture
def http(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    with http_client(None, kind="lib", timeout=60) as http:
        yield http


def address(server: TlsServer) -> str:
    return f"https://localhost:{server.server_port}/"


class As(httpx.Auth):
    """Lets a request go over the connections of a context."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        assert secure(request, self.context)
        yield request


def asked(http: httpx.Client, server: TlsServer, context: ssl.SSLContext) -> str:
    return str(http.get(address(server), auth=As(context)).json())


def test_each_request_has_the_certificate_of_its_own_context(
    http: Client, server: TlsServers, ann: ssl.SSLContext, eve: ssl.SSLContext
) -> None:
    assert [asked(http, server, each) for each in (ann, eve, ann, eve)] == [*["ann", "eve"] * 2]


def test_connections_are_used_again_by_the_same_context_alone(
    http: Client, server: TlsServers, ann: ssl.SSLContext, eve: ssl.SSLContext
) -> None:
    for each in (ann, eve, ann, eve, ann, eve):
        asked(http, server, each)
    assert server.connections == 2


def test_a_request_without_a_context_has_no_certificate(
    http: Client, server: TlsServers, ann: ssl.SSLContext
) -> None:
    assert asked(http, server, ann) == "ann"
    with pytest.raises(httpx.RequestError):
        http.get(address(server))


def test_a_redirect_takes_the_certificate_to_no_other_host(
    http: Client, authority: Authority, server: TlsServers, ann: ssl.SSLContext
) -> None:
    class Away(SilentHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", address(server))
            self.send_header("Content-Length", "0")
            self.end_headers()

    with tls_servers(Away, authority.asking()) as away, pytest.raises(httpx.RequestError):
        http.get(address(away), auth=As(ann), follow_redirects=True)


def test_another_client_cannot_be_told(ann: ssl.SSLContext) -> None:
    request = httpx.Request("GET", "https://localhost/")
    assert secure(request, ann) is False
    assert context_of(request) is None


@needs_tinyproxy
def test_the_certificate_passes_through_a_proxy(
    authority: Authority,
    server: TlsServers,
    ann: ssl.SSLContext,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    with forward_proxy(tmp_path) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
        with http_client(None, kind="lib", timeout=60) as http:
            assert asked(http, server, ann) == "ann"
    assert f"CONNECT localhost:{server.server_port}" in (tmp_path / "tinyproxy.log").read_text()


def test_a_client_may_have_one_context_for_all(server: TlsServers, ann: ssl.SSLContext) -> None:
    with http_client(None, kind="lib", context=ann, timeout=60) as http:
        assert http.get(address(server)).json() == "ann"


def test_closing_the_client_closes_all_connections(
    http: Client, server: TlsServers, ann: ssl.SSLContext, eve: ssl.SSLContext
) -> None:
    asked(http, server, ann)
    asked(http, server, eve)
    http.end()
    gc.collect()  # What were left open would be warned of, which is an error here.
    with pytest.raises((httpx.RequestError, RuntimeError)):
        asked(http, server, ann)


def test_h93_ending_the_client_wakes_who_waits_for_an_answer(
    http: Client, authority: Authority, ann: ssl.SSLContext
) -> None:
    asked_for, go_on = threading.Event(), threading.Event()

    class Slow(NamedClients):
        def do_GET(self) -> None:
            asked_for.set()
            go_on.wait(60)

    failures: list[BaseException] = []

    def ask(server: TlsServer) -> None:
        try:
            asked(http, server, ann)
        except httpx.RequestError as error:
            failures.append(error)

    with tls_servers(Slow, authority.asking()) as server:
        thread = threading.Thread(target=ask, args=(server,))
        thread.start()
        assert asked_for.wait(60)
        http.end()
        thread.join(60)
        go_on.set()
    assert [str(error) for error in failures] == ["the client was closed meanwhile"]


def test_many_contexts_keep_no_more_connections_than_some(
    http: Client, server: TlsServers, authority: Authority
) -> None:
    certificate = authority.client("crowd")
    first = authority.client_context("first")
    with http.stream("GET", address(server), auth=As(first)) as answer:
        for _ in range(2 * ways.MOST):
            each = ssl.create_default_context(cafile=authority.certificate)
            each.load_cert_chain(*certificate)
            assert asked(http, server, each) == "crowd"
        assert answer.read() == b'"first"', "although it is one of too many"
    routes = http._transport
    kept = routes._ways._known, routes._ways._given_up  # type: ignore[attr-defined]
    assert [len(each) for each in kept] == [ways.MOST, 0]
