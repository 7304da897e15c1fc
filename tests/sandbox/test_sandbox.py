"""How the sandbox starts, ends and remembers."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from mp_core.sandbox import Fault, Sandbox
from tests.support.sandbox_calls import (
    ANNOTATIONS,
    EVENTS,
    ME,
    PLAIN,
    ask,
    bearer,
    open_client,
    port_of,
    results,
)


def test_a_request_is_recorded_before_its_answer_arrives(
    sandbox: Sandbox, client: httpx.Client
) -> None:
    client.get(EVENTS, params={"project_id": "9", "type": ""}, headers={"X-Probe": "1"})
    (seen,) = sandbox.requests
    assert (seen.method, seen.path, seen.status) == ("GET", EVENTS, 403)
    assert seen.query == {"project_id": "9", "type": ""}
    assert seen.headers["x-probe"] == "1"
    assert seen.identity_name == "ci"


def test_the_credential_is_in_its_own_field_and_not_in_the_repr(sandbox: Sandbox) -> None:
    ask(sandbox, **bearer("fake-unknown-token"))
    (seen,) = sandbox.requests
    assert seen.authorization == "Bearer fake-unknown-token"
    assert (seen.identity_name, seen.status) == (None, 401)
    assert "authorization" not in seen.headers
    assert "fake-unknown-token" not in repr(seen)


def test_secrets_are_not_in_the_repr_of_an_identity(sandbox: Sandbox) -> None:
    shown = repr(sandbox.identities)
    assert "fake-secret" not in shown
    assert "fake-token" not in shown


def test_no_request_of_many_threads_is_lost(sandbox: Sandbox, client: httpx.Client) -> None:
    with ThreadPoolExecutor(16) as pool:
        ids = [
            results(answer)["id"]
            for answer in pool.map(lambda n: client.post(ANNOTATIONS, json={"n": n}), range(160))
        ]
    assert len(sandbox.requests) == len(set(ids)) == 160


def test_close_ends_every_thread_and_connection_and_may_be_repeated() -> None:
    before = set(threading.enumerate())
    sandbox = Sandbox().start()
    url = sandbox.url
    with ExitStack() as idle:
        for _ in range(50):
            idle.enter_context(open_client(sandbox)).get(ME)
        sandbox.close()
        sandbox.close()
        assert set(threading.enumerate()) <= before
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, **PLAIN)


def test_close_right_after_start_does_not_hang() -> None:
    for _ in range(20):
        Sandbox().start().close()


def test_the_url_needs_a_running_sandbox() -> None:
    sandbox = Sandbox()
    with pytest.raises(RuntimeError, match="start"):
        _ = sandbox.url
    with sandbox:
        url = sandbox.url
        assert sandbox.start().url == url
    with pytest.raises(RuntimeError, match="start"):
        _ = sandbox.url


def test_a_sandbox_can_start_again_with_what_it_knew() -> None:
    sandbox = Sandbox()
    with sandbox:
        renewed = sandbox.rotate_secret(sandbox.identities[0])
    with sandbox, open_client(sandbox, renewed) as client:
        sandbox.inject(Fault("slow", times=1, delay_s=0.001))
        assert client.get(ME).status_code == 200


def test_a_taken_port_is_an_error_that_leaves_nothing_open(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        Sandbox(port_of(sandbox)).start()


def test_a_given_port_is_used() -> None:
    with Sandbox() as first:
        port = port_of(first)
    with Sandbox(port) as second:
        assert second.url == f"http://127.0.0.1:{port}"


def test_sandboxes_side_by_side_share_nothing(sandbox: Sandbox) -> None:
    with Sandbox() as other, open_client(other) as client:
        token = other.issue_token(other.identities[0])
        client.post(ANNOTATIONS, json={})
        other.inject(Fault("forbidden"))
    assert ask(sandbox, **bearer(token)).status_code == 401
    with open_client(sandbox) as client:
        assert results(client.get(ANNOTATIONS)) == []


def test_the_import_loads_no_third_party_module() -> None:
    code = (
        "import sys, mp_core.sandbox;"
        "print(*sorted({'pydantic', 'httpx', 'click', 'pluggy'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == ""
