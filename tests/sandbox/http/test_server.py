"""How the sandbox speaks HTTP, and with whom."""

from __future__ import annotations

import json
import socket
import struct
from contextlib import closing

import httpx
import pytest

from mp_core.sandbox import Sandbox
from tests.sandbox.calls import ME, PLAIN, connect, host_of, port_of, send_raw
from tests.sandbox.oauth.program import TOKEN


@pytest.mark.parametrize(
    "host",
    ["mixpanel.com", "evil.invalid:{port}", "127.0.0.1", "127.0.0.1:1", "", "[::1]:{port}"],
)
def test_another_host_is_refused_before_the_credential_is_read(
    sandbox: Sandbox, client: httpx.Client, host: str
) -> None:
    named = host.format(port=port_of(sandbox))
    response = client.get(ME, headers={"Host": named})
    assert response.status_code == 421
    assert sandbox.requests == []


def test_localhost_is_loopback_in_any_case(sandbox: Sandbox, client: httpx.Client) -> None:
    host = f"LocalHost:{port_of(sandbox)}"
    assert client.get(ME, headers={"Host": host}).status_code == 200


def test_missing_and_repeated_hosts_and_whole_urls_are_refused(sandbox: Sandbox) -> None:
    host = host_of(sandbox)
    get = f"GET {ME} HTTP/1.1"
    for lines in (
        (get,),
        (get, host, "Host: evil.invalid"),
        (f"GET http://evil.invalid{ME} HTTP/1.1", host),
    ):
        assert send_raw(sandbox, *lines).startswith(b"HTTP/1.1 421 "), lines


def test_a_body_of_64_kibibytes_is_read_and_a_larger_one_refused(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    fitting = b" " * (64 * 1024)
    assert client.post(TOKEN, content=fitting).status_code == 400
    for size in (len(fitting) + 1, 8 * len(fitting)):
        assert client.post(TOKEN, content=b" " * size).status_code == 413
    assert len(sandbox.requests) == 1


@pytest.mark.parametrize("length", ["x", "-1", "+1", "1 1", "0x1", "", "²", "9" * 5000])
def test_a_bad_content_length_gets_400_and_the_connection_ends(
    sandbox: Sandbox, length: str
) -> None:
    lines = (f"POST {ME} HTTP/1.1", host_of(sandbox), f"Content-Length: {length}")
    answer = send_raw(sandbox, *lines, body=b"GET /smuggled HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"\r\nConnection: close\r\n" in answer
    assert answer.count(b"HTTP/1.1 ") == 1


def test_two_lengths_or_a_transfer_encoding_are_refused(sandbox: Sandbox) -> None:
    start = (f"POST {ME} HTTP/1.1", host_of(sandbox), "Content-Length: 0")
    twice = send_raw(sandbox, *start, "Content-Length: 5")
    chunked = send_raw(sandbox, *start, "Transfer-Encoding: chunked")
    assert twice.startswith(b"HTTP/1.1 400 ")
    assert chunked.startswith(b"HTTP/1.1 411 ")


def test_what_is_not_http_gets_a_json_error_that_echoes_nothing(sandbox: Sandbox) -> None:
    lines = ("BREW /fake-path HTTP/1.1", host_of(sandbox), "Authorization: Bearer fake-token")
    answer = send_raw(sandbox, *lines)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 501 ")
    assert json.loads(body)["status"] == "error"
    assert b"fake" not in answer


def test_a_client_that_leaves_in_the_middle_is_not_recorded(
    sandbox: Sandbox, client: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    with closing(connect(sandbox)) as raw:
        start = f"POST {ME} HTTP/1.1\r\n{host_of(sandbox)}\r\nContent-Length: 9\r\n\r\nhalf"
        raw.sendall(start.encode())
        raw.shutdown(socket.SHUT_WR)
        assert raw.recv(1) == b""
    assert sandbox.requests == []
    assert client.get(ME).status_code == 200
    assert capfd.readouterr().err == ""


def test_one_connection_serves_many_requests_whatever_their_status(sandbox: Sandbox) -> None:
    limits = httpx.Limits(max_connections=1)
    with httpx.Client(base_url=sandbox.url, limits=limits, **PLAIN) as client:
        ports = set()
        for path in (ME, "/unknown", ME):
            response = client.post(path, json={"a": 1})
            stream = response.extensions["network_stream"]
            ports.add(stream.get_extra_info("client_addr"))
    assert len(ports) == 1


def test_answers_are_sent_at_once_and_not_for_ever(sandbox: Sandbox, client: httpx.Client) -> None:
    client.get(ME)
    assert sandbox._server is not None
    (connection,) = sandbox._server.connections._connections
    assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert connection.gettimeout()


def test_a_refusal_reaches_a_client_that_sends_all_of_its_body_first(sandbox: Sandbox) -> None:
    body = bytes(8 * 1024 * 1024)
    lines = (f"POST {ME} HTTP/1.1", host_of(sandbox), f"Content-Length: {len(body)}")
    assert send_raw(sandbox, *lines, body=body).startswith(b"HTTP/1.1 413 ")


def test_a_reset_connection_leaves_no_trace_on_the_terminal(
    sandbox: Sandbox, client: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    with closing(connect(sandbox)) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.sendall(f"POST {ME} HTTP/1.1\r\n{host_of(sandbox)}\r\n".encode())
    assert client.get(ME).status_code == 200
    sandbox.close()
    assert capfd.readouterr().err == ""


def test_nothing_is_written_to_the_terminal(
    sandbox: Sandbox, client: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    client.get(ME)
    client.get("/unknown")
    client.get(ME, headers={"Host": "evil.invalid"})
    assert capfd.readouterr() == ("", "")


def test_it_listens_on_loopback_and_nowhere_else(sandbox: Sandbox) -> None:
    assert httpx.URL(sandbox.url).host == "127.0.0.1"
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as other:
        # Another loopback address stands for every other interface of this machine.
        assert other.connect_ex(("127.0.0.2", port_of(sandbox))) != 0
