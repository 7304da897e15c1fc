"""How the sandbox fails when it is told to."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import httpx
import pytest

from mp_core.sandbox import FAULT_KINDS, Fault, Sandbox
from tests.support.sandbox_calls import ANNOTATIONS, EVENTS, ME, host_line, results, send_raw


def wait_for_requests(sandbox: Sandbox, number: int) -> None:
    deadline = time.monotonic() + 30
    while len(sandbox.requests) < number:
        assert time.monotonic() < deadline, "The request did not arrive."


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault("unauthorized"), 401),
        (Fault("forbidden"), 403),
        (Fault("rate_limited"), 429),
        (Fault("server_error"), 503),
        (Fault("server_error", status=500), 500),
        (Fault("server_error", status=502), 502),
        (Fault("server_error", status=504), 504),
    ],
)
def test_an_error_is_answered_as_json_in_place_of_the_route(
    sandbox: Sandbox, client: httpx.Client, fault: Fault, status: int
) -> None:
    sandbox.inject(fault)
    response = client.post(ANNOTATIONS, json={})
    assert response.status_code == status
    assert response.json()["status"] == "error"
    assert [(s.status, s.identity_name) for s in sandbox.requests] == [(status, "ci")]
    sandbox.clear_faults()
    assert results(client.get(ANNOTATIONS)) == []


def test_retry_after_is_seconds_a_date_or_absent(sandbox: Sandbox, client: httpx.Client) -> None:
    date = "Tue, 06 May 2031 07:08:09 GMT"
    for retry_after in (0, date, None):
        sandbox.inject(Fault("rate_limited", times=1, retry_after=retry_after))
    zero, dated, absent = (client.get(ME).headers.get("Retry-After") for _ in range(3))
    assert (zero, dated, absent) == ("0", date, None)


def test_a_fault_hits_as_often_as_told_and_then_the_next_does(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    sandbox.inject(Fault("server_error", times=2))
    sandbox.inject(Fault("forbidden", times=1))
    assert [client.get(ME).status_code for _ in range(4)] == [503, 503, 403, 200]


def test_a_fault_hits_until_it_is_cleared_when_no_number_is_given(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    sandbox.inject(Fault("forbidden"))
    assert {client.get(ME).status_code for _ in range(5)} == {403}
    sandbox.clear_faults()
    assert client.get(ME).status_code == 200


def test_a_fault_with_a_path_leaves_other_paths_alone(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    sandbox.inject(Fault("forbidden", times=1, path="/api/query"))
    assert client.get(ME).status_code == 200
    assert client.get(EVENTS, params={"project_id": "10"}).status_code == 403
    assert client.get(EVENTS, params={"project_id": "10"}).status_code == 200


def test_a_fault_is_used_up_once_however_many_threads_ask(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    sandbox.inject(Fault("unauthorized", times=7))
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: client.get(ME).status_code, range(64)))
    assert found.count(401) == 7


def test_a_disconnect_ends_the_connection_without_an_answer(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    sandbox.inject(Fault("disconnect", times=1))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(ME)
    assert [s.status for s in sandbox.requests] == [None]
    assert client.get(ME).status_code == 200


def test_a_malformed_answer_is_200_and_no_json(sandbox: Sandbox, client: httpx.Client) -> None:
    sandbox.inject(Fault("malformed"))
    response = client.get(ME)
    assert response.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        response.json()


def test_a_redirect_leads_to_another_host_or_where_told(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    sandbox.inject(Fault("redirect", times=1))
    sandbox.inject(Fault("redirect", location="https://other.invalid/me"))
    first, second = client.get(ME), client.get(ME)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == "http://elsewhere.invalid/"
    assert second.headers["Location"] == "https://other.invalid/me"


@pytest.mark.parametrize("delay_s", [0, 0.05])
def test_a_slow_answer_is_the_normal_one_after_the_delay(
    sandbox: Sandbox, client: httpx.Client, delay_s: float
) -> None:
    sandbox.inject(Fault("slow", delay_s=delay_s))
    began = time.monotonic()
    assert results(client.get(ME))["user_name"] == "ci"
    assert time.monotonic() - began >= delay_s


def test_close_cuts_a_slow_answer_short() -> None:
    with Sandbox() as sandbox, ThreadPoolExecutor(1) as pool:
        sandbox.inject(Fault("slow", delay_s=3600))
        lines = (f"GET {ME} HTTP/1.1", host_line(sandbox))
        answer = pool.submit(send_raw, sandbox, *lines)
        wait_for_requests(sandbox, 1)
        sandbox.close()
        assert answer.result(timeout=30) == b""


def test_an_unknown_kind_is_refused_with_all_kinds() -> None:
    with pytest.raises(ValueError, match="'typo'") as caught:
        Fault(cast(Any, "typo"))
    assert all(kind in str(caught.value) for kind in FAULT_KINDS)
