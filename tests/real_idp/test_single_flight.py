"""One expired token, many callers: one refresh, and a login that stays alive."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import httpx
import pytest

import mp_core as mp
from mp_core._storage.locks import TIMEOUT_S
from tests.real_idp.conftest import LogIn
from tests.support.issuer import Issuer
from tests.support.machine import Caller, Machine

pytestmark = pytest.mark.providers

PROCESSES, THREADS, TASKS = 8, 20, 100
ALIVE = Counter({"ok": PROCESSES * THREADS})


@pytest.fixture
def stale(issuer: Issuer, log_in: LogIn) -> None:
    """A login whose first access token nobody takes for fresh, while the next ones last."""
    issuer.issue_for(20)
    log_in()
    issuer.issue_for(3600)


def _all_at_once(callers: list[Caller]) -> Counter[str]:
    for caller in callers:
        caller.ask(THREADS)
    return sum((caller.answer()[0] for caller in callers), Counter[str]())


@pytest.mark.usefixtures("stale")
def test_h01_one_refresh_serves_160_callers_in_8_processes(
    machine: Machine, issuer: Issuer
) -> None:
    callers = [Caller(machine) for _ in range(PROCESSES)]
    assert _all_at_once(callers) == ALIVE
    assert issuer.refreshes() == {"ok": 1}
    issuer.expire()
    assert _all_at_once(callers) == ALIVE
    assert issuer.refreshes() == {"ok": 2}


@pytest.mark.usefixtures("stale")
def test_h02_the_next_caller_waits_for_no_time_limit_after_the_one_that_refreshes_is_killed(
    machine: Machine, issuer: Issuer
) -> None:
    first, following = Caller(machine), Caller(machine)
    _stop_at_refresh(first, issuer)
    following.ask(1)
    first.process.kill()
    killed_at = time.monotonic()
    assert following.answer()[0] == {"ok": 1}
    assert time.monotonic() - killed_at < TIMEOUT_S


@pytest.mark.usefixtures("stale")
def test_h02_one_refresh_serves_all_others_when_the_one_that_refreshes_is_killed(
    machine: Machine, issuer: Issuer
) -> None:
    first, *others = [Caller(machine) for _ in range(PROCESSES)]
    _stop_at_refresh(first, issuer)
    for caller in others:
        caller.ask(THREADS)
    first.process.kill()
    assert [caller.answer()[0] for caller in others] == [{"ok": THREADS}] * len(others)
    assert issuer.refreshes() == {"ok": 1}
    issuer.expire()
    assert _all_at_once(others) == {"ok": len(others) * THREADS}
    assert issuer.refreshes() == {"ok": 2}


def _stop_at_refresh(caller: Caller, issuer: Issuer) -> None:
    issuer.strike("before", "hold")
    caller.ask(THREADS)
    issuer.wait_for_arrival()


@pytest.mark.usefixtures("stale", "machine")
def test_h09_async_callers_join_the_single_flight_and_leave_the_event_loop_free(
    issuer: Issuer,
) -> None:
    session = mp.Workspace().session
    issuer.strike("before", "hold")
    assert asyncio.run(_gathered(session, issuer)) == {200: TASKS}
    assert issuer.refreshes() == {"ok": 1}
    assert issuer.calls() == {200: 1 + TASKS}  # The login has asked who logged in.


async def _gathered(session: mp.Session, issuer: Issuer) -> Counter[int]:
    """Call in many tasks; that the loop is free to let the refresh go on is what ends it."""
    limits = httpx.Limits(max_connections=TASKS)
    async with httpx.AsyncClient(base_url=issuer.url, limits=limits, timeout=20) as client:
        auth = mp.SessionAuth(session)
        calls = [asyncio.ensure_future(client.get("/api/app/me", auth=auth)) for _ in range(TASKS)]
        await client.get("/control/arrived")
        await client.get("/control/release")
        return Counter([(await call).status_code for call in calls])
