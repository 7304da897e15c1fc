"""How the sandbox speaks HTTP, and with whom."""

from __future__ import annotations

import socket
import struct
from contextlib import closing

import httpx
import pytest

from mp_core.sandbox import Sandbox
from tests.support.sandbox_calls import ME, PLAIN, connect, host_line, port_of, send_raw


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


def test_one_connection_serves_many_requests_whatever_their_status(sandbox: Sandbox) -> None:
    limits = httpx.Limits(max_connections=1)
    with httpx.Client(base_url=sandbox.url, limits=limits, **PLAIN) as client:
        ports = set()
        for path in (ME, "/unknown", ME):
            response = client.post(path, json={"a": 1})
            stream = response.extensions["network_stream"]
            ports.add(stream.get_extra_info("client_addr"))
    assert len(ports) == 1


def test_a_reset_connection_leaves_no_trace_on_the_terminal(
    sandbox: Sandbox, client: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    with closing(connect(sandbox)) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.sendall(f"POST {ME} HTTP/1.1\r\n{host_line(sandbox)}\r\n".encode())
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


@pytest.mark.parametrize(
    "header", ["Content-Length: x", "Content-Length: -1", "Transfer-Encoding: chunked"]
)
def test_a_body_without_a_length_ends_the_connection_without_a_word(
    sandbox: Sandbox, capfd: pytest.CaptureFixture[str], header: str
) -> None:
    smuggled = [f"GET {ME} HTTP/1.1", host_line(sandbox), "Connection: close"]
    answer = send_raw(sandbox, f"POST {ME} HTTP/1.1", host_line(sandbox), header, "", *smuggled)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert [request.method for request in sandbox.requests] == ["POST"]
    sandbox.close()
    assert capfd.readouterr().err == ""


def test_it_listens_on_loopback_and_nowhere_else(sandbox: Sandbox) -> None:
    assert httpx.URL(sandbox.url).host == "127.0.0.1"
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as other:
        # Another loopback address stands for every other interface of this machine.
        assert other.connect_ex(("127.0.0.2", port_of(sandbox))) != 0
