"""The user's proxy: which hosts it serves, and what is said when it serves none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mp_core._network.causes import Cause, cause_of
from mp_core._network.transport import http_client
from mp_core.errors import ConfigError
from tests.support.forward_proxy import forward_proxy, needs_tinyproxy
from tests.support.loopback_server import SilentHandler
from tests.support.raw_server import dead_port, raw_server
from tests.support.tls_server import Authority, TlsServer, needs_openssl, tls_server

PASSWORD = "fake-secret-of-a-proxy"


class Fine(SilentHandler):
    """Says what the request was called by."""

    def do_GET(self) -> None:
        self.reply(200, self.headers["User-Agent"])


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TlsServer]:
    """A server whose authority the user knows."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    with tls_server(Fine, authority.context()) as server:
        yield server


def get(url: str) -> httpx.Response:
    with http_client(None, kind="lib", timeout=20) as http:
        return http.get(url)


def address(server: TlsServer) -> str:
    return f"https://localhost:{server.server_port}/"


def failed(url: str) -> Cause:
    with pytest.raises(httpx.RequestError) as caught:
        get(url)
    assert PASSWORD not in f"{caught.value!r} {vars(caught.value)}"
    return cause_of(caught.value)


def refused(monkeypatch: pytest.MonkeyPatch, **variables: str) -> ConfigError:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match="No connection can be set up: ") as caught:
        http_client(None, kind="lib")
    assert PASSWORD not in f"{caught.value!r} {caught.value.hint} {caught.value.details}"
    return caught.value


@needs_openssl
@needs_tinyproxy
class TestTinyproxy:
    @pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
    @pytest.mark.parametrize("scheme", ["http://", ""])
    def test_h86_https_goes_through_it_with_the_name_of_this_library(
        self,
        server: TlsServer,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        variable: str,
        scheme: str,
    ) -> None:
        with forward_proxy(tmp_path) as proxy:
            monkeypatch.setenv(variable, f"{scheme}{proxy}")
            assert get(address(server)).json().startswith("mp-core/")
        log = (tmp_path / "tinyproxy.log").read_text()
        assert f"CONNECT localhost:{server.server_port}" in log

    def test_h86_one_that_lets_nothing_through_is_named_with_its_status(
        self, server: TlsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with forward_proxy(tmp_path, "ConnectPort 1") as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
            cause = failed(address(server))
        assert (cause.name, cause.may_pass) == ("proxy", False)
        assert "the proxy of HTTPS_PROXY does not let a connection to localhost through (403)" in (
            cause.text
        )
        assert "NO_PROXY=localhost" in cause.hint

    def test_h86_one_that_wants_a_password_says_where_it_goes(
        self, server: TlsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with forward_proxy(tmp_path, f"BasicAuth ann {PASSWORD}") as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://ann:wrong-{PASSWORD}@{proxy}")
            cause = failed(address(server))
            assert (cause.name, cause.may_pass) == ("proxy", False)
            assert "HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT" in cause.hint
            monkeypatch.setenv("HTTPS_PROXY", f"http://ann:{PASSWORD}@{proxy}")
            assert get(address(server)).is_success

    def test_h86_one_that_cannot_reach_the_server_is_no_fault_of_its_address(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with dead_port() as port, forward_proxy(tmp_path) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
            cause = failed(f"https://localhost:{port}/")
        assert (cause.name, cause.may_pass) == ("proxy", True)
        assert "(50" in cause.text


@needs_openssl
class TestExempt:
    @pytest.mark.parametrize(
        "entries", ["localhost", "*", "fd07:b51a:cc66:f0::/64,localhost,[::1]:80"]
    )
    def test_h86_a_host_of_no_proxy_is_asked_straight(
        self, server: TlsServer, monkeypatch: pytest.MonkeyPatch, entries: str
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("NO_PROXY", entries)
        assert get(address(server)).is_success

    def test_h86_a_proxy_that_refuses_is_told_from_a_server_that_does(
        self, server: TlsServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with dead_port() as port:
            monkeypatch.setenv("ALL_PROXY", f"http://ann:{PASSWORD}@127.0.0.1:{port}")
            cause = failed(address(server))
        assert cause.name == "proxy"
        assert cause.text == f"the proxy of ALL_PROXY: 127.0.0.1:{port} refuses connections"

    def test_h86_a_proxy_whose_certificate_does_not_verify_is_told_as_such(
        self, server: TlsServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        with raw_server(b"HTTP/1.1 200 OK\r\n\r\n") as port:
            monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{server.server_port}")
            cause = failed(f"https://localhost:{port}/")
        assert (cause.name, cause.may_pass) == ("proxy", False)
        assert "the certificate of 127.0.0.1 does not verify" in cause.text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (f"odd://ann:{PASSWORD}@127.0.0.1:9", "the address of a proxy begins with http://"),
        (f"http://ann:{PASSWORD}/x@127.0.0.1:9", "the address of a proxy is malformed"),
        (f"http://ann:{PASSWORD}#x@127.0.0.1:9", "the address of a proxy is malformed"),
        (f"http://ann:{PASSWORD}@:8080", "the address of a proxy is malformed"),
        (f"http://ann:{PASSWORD}@proxy:99999", "the address of a proxy is malformed"),
        (f"http://ann:{PASSWORD}@proxy:port", "the address of a proxy is malformed"),
        (f"socks5://ann:{PASSWORD}@127.0.0.1:9", "socksio"),
        ("http://", "the address of a proxy is malformed"),
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_h86_an_address_that_cannot_be_used_names_its_variable_and_no_password(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    error = refused(monkeypatch, **{variable: value})
    assert f"No connection can be set up: {variable}: " in error.message
    assert said in error.message
    assert f"unset {variable}" in str(error.hint)
    assert error.details == {"variable": variable}


def test_h86_a_proxy_for_plain_http_is_never_used_and_may_be_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "odd://nowhere")
    http_client(None, kind="lib").close()


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
@pytest.mark.parametrize("kind", ["missing", "empty"])
def test_h86_certificates_that_cannot_be_used_name_their_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, kind: str
) -> None:
    place = tmp_path / kind
    if kind == "empty":
        place.mkdir() if variable == "SSL_CERT_DIR" else place.write_text("no certificate")
    error = refused(monkeypatch, **{variable: str(place)})
    assert f"{variable}: its certificates: {place}" in error.message
    assert f"Correct {variable}, or run: unset {variable}" in str(error.hint)


def test_h86_of_several_directories_of_certificates_some_need_not_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ab12cd34.0").touch()
    monkeypatch.setenv("SSL_CERT_DIR", f"{tmp_path}/missing:{tmp_path}:")
    http_client(None, kind="lib").close()


@pytest.mark.parametrize("rest", ["/", "/proxy.pac", "?x", "#x"])
def test_h86_what_stands_behind_the_port_of_a_proxy_means_nothing(
    monkeypatch: pytest.MonkeyPatch, rest: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://ann:fake-secret@proxy.example:8080{rest}")
    http_client(None, kind="lib").close()
