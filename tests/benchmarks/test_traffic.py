"""What proving an identity adds to a call, and how often a login is refreshed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

import mp_core as mp
from tests.support.child_processes import started
from tests.support.rotating_provider import PASS, STALE, Server, process
from tests.support.rotating_server import Asker, rotating

from .report import Report
from .timing import paired

TURNS = 1000
PROCESSES, THREADS = 8, 20


@pytest.fixture
def mixpanel(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a local Mixpanel in a process of its own, which is all there is."""
    command = (sys.executable, "-m", "mp_core.cli", "--quiet", "sandbox")
    with started(*command, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        variable, _, url = running.stdout.readline().strip().removeprefix("export ").partition("=")
        monkeypatch.setenv(variable, url)
        yield url


@pytest.mark.providers
@pytest.mark.usefixtures("two_accounts")
def test_an_authenticated_request(report: Report, mixpanel: str) -> None:
    url = f"{mixpanel}/api/app/me"
    with mp.Workspace() as ws, httpx.Client() as bare:
        bare.headers["Authorization"] = ws.session.auth_header()
        assert ws.request("GET", "/me") == bare.get(url).json()
        pair = paired(lambda: ws.request("GET", "/me"), lambda: bare.get(url).json(), turns=TURNS)
    report.relative("one authenticated request", pair, most=1.05)


def test_h01_many_callers_and_one_expired_token(report: Report, tmp_path: Path) -> None:
    process(tmp_path, Server()).store(PASS, STALE)
    with rotating() as server, ExitStack() as stack:
        askers = [stack.enter_context(Asker(tmp_path, server.url)) for _ in range(PROCESSES)]
        started = time.perf_counter()
        for asker in askers:
            asker.ask(THREADS)
        answers = Counter(answer for asker in askers for answer in asker.answers())
        took_ms = (time.perf_counter() - started) * 1000
    name = f"refreshes for {PROCESSES * THREADS} callers, in {took_ms:.0f} ms"
    report.count(name, len(server.spent), most=1)
    assert answers == {"a1": PROCESSES * THREADS}
    assert len(server.spent) == 1
