"""What slow, greedy and hostile clients cannot do to the sandbox."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from mp_core.sandbox import Fault, Sandbox
from mp_core.sandbox.api import MAX_ANNOTATIONS
from mp_core.sandbox.http.connections import MAX_CONNECTIONS, Connections
from mp_core.sandbox.oauth.expiring import Expiring
from mp_core.sandbox.sandbox import MAX_REQUESTS
from tests.sandbox.calls import (
    ANNOTATIONS,
    ME,
    SEGMENTATION,
    ask,
    bearer,
    connect,
    host_of,
    results,
    send_raw,
)
from tests.sandbox.oauth.program import TOKEN


def threads() -> int:
    """Return the number of connections that are served, and one for the server itself."""
    return sum(thread.name == "mp-sandbox" for thread in threading.enumerate())


class Crowd:
    """Connections that are all taken, each by a thread that waits to be released."""

    def __init__(self) -> None:
        self.connections = Connections()
        self.released = threading.Event()
        self.ours: list[socket.socket] = []
        self.theirs: list[socket.socket] = []

    def arrive(self) -> bool:
        """Open one more connection and return whether it is served."""
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        self.ours.append(ours)
        self.theirs.append(theirs)
        return self.connections.open(ours, self.released.wait)

    def is_cut(self, n: int) -> bool:
        """Return whether the client of a connection sees its end."""
        try:
            return self.theirs[n].recv(1) == b""
        except BlockingIOError:
            return False


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    gathered = Crowd()
    for _ in range(MAX_CONNECTIONS):
        assert gathered.arrive()
    yield gathered
    gathered.released.set()
    gathered.connections.close()
    for one in (*gathered.ours, *gathered.theirs):
        one.close()


def test_the_connection_that_has_waited_longest_makes_room(crowd: Crowd) -> None:
    crowd.connections.note(crowd.ours[0], is_waiting=False)
    crowd.connections.note(crowd.ours[1], is_waiting=True)
    assert crowd.arrive()
    assert [crowd.is_cut(n) for n in range(4)] == [False, False, True, False]


def test_a_connection_that_is_being_answered_is_never_cut(crowd: Crowd) -> None:
    for connection in crowd.ours:
        crowd.connections.note(connection, is_waiting=False)
    assert not crowd.arrive()
    assert not any(crowd.is_cut(n) for n in range(MAX_CONNECTIONS))


def test_clients_that_keep_a_connection_lock_nobody_out_and_cut_nobody_who_waits(
    sandbox: Sandbox,
) -> None:
    lines = f"GET {ME} HTTP/1.1\r\n{host_of(sandbox)}\r\n\r\n".encode()
    sandbox.inject(Fault("slow", times=1, delay_s=3600))
    with ExitStack() as kept:
        patient = kept.enter_context(connect(sandbox))
        patient.sendall(lines)
        deadline = time.monotonic() + 30
        while not sandbox.requests:
            assert time.monotonic() < deadline, "The request did not arrive."
        for _ in range(MAX_CONNECTIONS + 20):
            idle = kept.enter_context(connect(sandbox))
            idle.sendall(lines)
            assert idle.recv(8) == b"HTTP/1.1"
        assert len(sandbox.requests) == MAX_CONNECTIONS + 21
        patient.setblocking(False)
        with pytest.raises(BlockingIOError):
            patient.recv(1)


@pytest.mark.parametrize("start", ["", f"GET {ME} HT", f"GET {ME} HTTP/1.1\r\nX: "])
def test_clients_that_never_finish_a_request_lock_nobody_out(sandbox: Sandbox, start: str) -> None:
    with ExitStack() as slow:
        for _ in range(MAX_CONNECTIONS + 20):
            slow.enter_context(connect(sandbox)).sendall(start.encode())
        assert ask(sandbox, **bearer(sandbox.samples["token"])).status_code == 200
        deadline = time.monotonic() + 30
        while threads() > MAX_CONNECTIONS + 1:
            assert time.monotonic() < deadline, "There are more threads than connections."


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([f"GET /{'x' * 9_000} HTTP/1.1"], 414),
        ([f"GET /{'x' * 70_000} HTTP/1.1"], 414),
        ([f"GET {ME} HTTP/1.1", f"X: {'x' * 17_000}"], 431),
        ([f"GET {ME} HTTP/1.1", *(f"X-{n}: {'x' * 1_000}" for n in range(17))], 431),
        ([f"GET {ME} HTTP/1.1", *(f"X-{n}: x" for n in range(101))], 431),
        ([f"GET {ME}?{'a&' * 101} HTTP/1.1"], 400),
    ],
)
def test_a_head_has_limits_in_each_direction(
    sandbox: Sandbox, lines: list[str], status: int
) -> None:
    answer = send_raw(sandbox, *lines, host_of(sandbox), body=b"GET /smuggled HTTP/1.1\r\n\r\n")
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert answer.count(b"HTTP/1.1 ") == 1
    assert sandbox.requests == []


def test_the_limit_of_headers_is_for_each_request(sandbox: Sandbox, client: httpx.Client) -> None:
    for _ in range(3):
        response = client.get(ME, params={"x": "x" * 7_000}, headers={"X": "x" * 15_000})
        assert response.status_code == 200


@pytest.mark.parametrize("path", [ANNOTATIONS, "/oauth/mcp/register/"])
def test_a_body_is_not_nested_deeper_than_can_be_written_again(
    client: httpx.Client, path: str
) -> None:
    headers = {"Content-Type": "application/json"}
    for depth in (501, 977, 1489, 9_990, 30_000):
        body = b'{"d":' + b"[" * depth + b"]" * depth + b"}"
        assert client.post(path, content=body, headers=headers).status_code == 400
    assert results(client.get(ANNOTATIONS)) == []


def test_the_newest_annotations_stay(client: httpx.Client) -> None:
    for n in range(MAX_ANNOTATIONS + 2):
        client.post(ANNOTATIONS, json={"n": n})
    assert [kept["n"] for kept in results(client.get(ANNOTATIONS))] == [
        *range(2, MAX_ANNOTATIONS + 2)
    ]


def test_an_annotation_is_small(client: httpx.Client) -> None:
    assert client.post(ANNOTATIONS, json={"text": "🦊" * 300}).status_code == 200
    assert client.post(ANNOTATIONS, json={"text": "🦊" * 400}).status_code == 413
    assert len(results(client.get(ANNOTATIONS))) == 1


def test_the_newest_requests_stay_on_record(sandbox: Sandbox, client: httpx.Client) -> None:
    for n in range(MAX_REQUESTS + 2):
        client.get("/unknown", params={"n": n})
    assert [seen.query["n"] for seen in sandbox.requests] == [
        str(n) for n in range(2, MAX_REQUESTS + 2)
    ]


def test_a_series_by_the_hour_is_no_longer_than_one_by_the_day(client: httpx.Client) -> None:
    query = {"project_id": "10", "event": "Purchase", "unit": "hour", "from_date": "2024-01-01"}
    fits = client.get(SEGMENTATION, params={**query, "to_date": "2024-05-31"})
    assert (fits.status_code, len(fits.json()["data"]["series"])) == (200, 152 * 24)
    assert client.get(SEGMENTATION, params={**query, "to_date": "2024-06-01"}).status_code == 400


def test_the_counts_of_token_requests_do_not_grow_with_what_clients_invent(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    for n in range(20):
        client.post(TOKEN, data={"grant_type": f"invented-{n}", "client_id": f"{n}"})
    assert sandbox.token_requests == {("other", "invalid_client"): 20}


def test_an_expiring_value_is_taken_once_in_time_and_makes_room_when_it_is_the_oldest() -> None:
    now = [1000.0]
    store = Expiring[str](10, lambda: now[0], most=2)
    keys = [store.put(value) for value in "abc"]
    assert [store.take(key) for key in keys] == [None, "b", "c"]
    assert store.take(keys[1]) is None
    late = store.put("d")
    now[0] += 10
    assert store.take(late) is None
