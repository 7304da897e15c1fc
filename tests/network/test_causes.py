"""Why no answer arrived: each cause by a server that fails in that way."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from mp_core._network.causes import Cause, cause_of
from mp_core._network.transport import http_client
from tests.support.loopback_server import SilentHandler
from tests.support.own_network import alone_in_network, needs_own_network
from tests.support.raw_server import SILENCE, dead_port, raw_server
from tests.support.tls_server import Authority, needs_openssl, tls_server

CANARY = "fake-secret-of-a-request"
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"
GARBLED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
NO_GZIP = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nzz"
ASKING = """
import sys
import httpx
from mp_core._network.causes import cause_of
from mp_core._network.transport import http_client
with http_client(None, kind="lib", timeout=5) as http:
    try:
        http.get(sys.argv[1])
    except httpx.RequestError as error:
        print(f"{cause_of(error).name}: {error}")
"""

WITHOUT_FILES = """
import os, resource, sys
lowest_free = os.dup(0)
os.close(lowest_free)
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
def no_more_files(event, arguments):
    if event in ("socket.__new__", "socket.getaddrinfo"):
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
sys.addaudithook(no_more_files)
"""
"""Code after which no file can be opened once a connection is about to be made."""


class Fine(SilentHandler):
    """Answers every question with the same word."""

    def do_GET(self) -> None:
        self.reply(200, "fine")


@pytest.fixture(autouse=True)
def usual_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def get(url: str, timeout_s: float = 20) -> httpx.Response:
    with http_client(None, kind="lib", timeout=timeout_s) as http:
        return http.get(url, headers={"Authorization": CANARY})


def failed(url: str, timeout_s: float = 20) -> Cause:
    """Return the cause of a failure that holds nothing of what was sent."""
    with pytest.raises(httpx.RequestError) as caught:
        get(url, timeout_s)
    error, cause = caught.value, cause_of(caught.value)
    assert str(error) == cause.text
    assert error.__notes__ == [cause.hint]
    assert (error.__cause__, error.__context__) == (None, None)
    assert "authorization" not in error.request.headers
    assert CANARY not in f"{error!r} {vars(error)}"
    return cause


def of_tls(context: ssl.SSLContext) -> Cause:
    with tls_server(Fine, context) as server:
        return failed(f"https://localhost:{server.server_port}/")


@needs_openssl
class TestCertificate:
    def test_h86_one_of_an_authority_that_the_user_names_is_believed(
        self, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        with tls_server(Fine, authority.context()) as server:
            assert get(f"https://localhost:{server.server_port}/").json() == "fine"

    @pytest.mark.parametrize(
        ("made", "reason"),
        [
            (lambda authority: authority.context(), "its authority is not known"),
            (lambda authority: authority.context(is_self_signed=True), "signed by itself"),
        ],
    )
    def test_h86_one_of_an_unknown_authority_names_the_variable_that_would_make_it_known(
        self, authority: Authority, made: Callable[[Authority], ssl.SSLContext], reason: str
    ) -> None:
        cause = of_tls(made(authority))
        assert (cause.name, cause.may_pass) == ("certificate", False)
        assert "the certificate of localhost does not verify" in cause.text
        assert reason in cause.text
        assert "export SSL_CERT_FILE=" in cause.hint

    @pytest.mark.parametrize(
        ("made", "reason", "hint"),
        [
            (lambda authority: authority.context(days=-1), "it has expired", "clock"),
            (
                lambda authority: authority.context("elsewhere"),
                "it belongs to another host",
                "in the place of localhost",
            ),
        ],
    )
    def test_h86_one_of_a_known_authority_that_does_not_fit_says_why(
        self,
        authority: Authority,
        monkeypatch: pytest.MonkeyPatch,
        made: Callable[[Authority], ssl.SSLContext],
        reason: str,
        hint: str,
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        cause = of_tls(made(authority))
        assert (cause.name, cause.may_pass) == ("certificate", False)
        assert reason in cause.text
        assert hint in cause.hint
        assert "SSL_CERT_FILE cannot help" in cause.hint

    def test_h86_one_of_a_known_authority_with_another_defect_is_not_called_unknown(
        self, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        cause = of_tls(authority.context(extension="extendedKeyUsage=clientAuth\n"))
        assert (cause.name, cause.may_pass) == ("certificate", False)
        assert "unsuitable certificate purpose" in cause.text.replace("unsupported", "unsuitable")
        assert "not known" not in cause.text
        assert "has to issue another" in cause.hint

    def test_h86_one_that_is_missing_in_the_users_file_is_to_be_added_there(
        self, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "other").mkdir()
        known = Authority(tmp_path / "other").certificate
        monkeypatch.setenv("SSL_CERT_FILE", str(known))
        assert of_tls(authority.context()).hint.endswith(f"what SSL_CERT_FILE names: {known}")


@pytest.mark.parametrize(
    ("answer", "name", "may_pass", "text"),
    [
        (b"", "lost", True, "127.0.0.1 closed the connection"),
        (CUT, "lost", True, "127.0.0.1 closed the connection"),
        (b"SSH-2.0-fake\r\n\r\n", "malformed", False, "does not speak HTTP"),
        (GARBLED, "malformed", False, "does not speak HTTP"),
        (NO_GZIP, "malformed", False, "does not speak HTTP"),
    ],
)
def test_h86_an_answer_that_is_cut_is_told_from_one_that_is_no_http(
    answer: bytes, name: str, may_pass: bool, text: str
) -> None:
    with raw_server(answer) as port:
        cause = failed(f"http://127.0.0.1:{port}/")
    assert (cause.name, cause.may_pass) == (name, may_pass)
    assert text in cause.text


def test_h86_a_port_that_speaks_no_tls_is_told_as_such() -> None:
    with raw_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        cause = failed(f"https://127.0.0.1:{port}/")
    assert (cause.name, cause.may_pass) == ("tls", False)
    assert "no secure connection to 127.0.0.1" in cause.text


@pytest.mark.parametrize(
    ("scheme", "text"), [("http", "did not answer"), ("https", "accepted no connection")]
)
def test_h86_a_time_limit_is_told_with_its_seconds(scheme: str, text: str) -> None:
    with raw_server(SILENCE) as port:
        cause = failed(f"{scheme}://127.0.0.1:{port}/", timeout_s=0.25)
    assert (cause.name, cause.may_pass) == ("timeout", True)
    assert cause.text == f"127.0.0.1 {text} within 0.25 s"


def test_h86_a_refused_connection_names_host_and_port() -> None:
    with dead_port() as port:
        cause = failed(f"http://127.0.0.1:{port}/")
    assert (cause.name, cause.text) == ("refused", f"127.0.0.1:{port} refuses connections")


@needs_own_network
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://nowhere.invalid/", "name: the name nowhere.invalid cannot be resolved"),
        ("https://192.0.2.1/", "route: there is no route to 192.0.2.1"),
    ],
)
def test_h86_a_machine_without_a_network_says_what_is_missing(url: str, said: str) -> None:
    assert alone_in_network(sys.executable, "-c", ASKING, url).stdout.strip() == said


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "https://127.0.0.1:9/", "http://localhost:9/"]
)
def test_h86_a_process_with_too_many_open_files_is_not_told_to_check_the_network(url: str) -> None:
    command = (sys.executable, "-c", WITHOUT_FILES + ASKING, url)
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    said = "files: no connection could be opened, since too many files are open"
    assert found.stdout.strip() == said


def test_h86_a_request_that_cannot_be_sent_does_not_show_its_header() -> None:
    with raw_server(b"") as port, http_client(None, kind="lib") as http:
        with pytest.raises(httpx.LocalProtocolError) as caught:
            http.get(f"http://127.0.0.1:{port}/", headers={"X-Odd": f"{CANARY}\n"})
        assert CANARY not in f"{caught.value} {caught.value.__context__!r}"
        assert cause_of(caught.value).name == "request"
