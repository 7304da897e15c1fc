"""Programs that end, or are told to, while a refresh is under way: the login outlives them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

import mp_core
from tests.support.child_processes import started
from tests.support.rotating_provider import PASS, STALE, Server, process
from tests.support.rotating_server import Rotation, rotating

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")

START = """
import _thread, atexit, os, signal, sys, threading
from pathlib import Path
from mp_core._network.client import Client
from mp_core._tokens.vault import TokenVault
from tests.support.asking_process import PASS, Remote, host_of

root, url = sys.argv[1:]
vault = TokenVault(
    Path(root),
    host_of(**{"pass": Remote()}),
    http=lambda account: Client(
        proxy_for=lambda url: None, base_url=url, trust_env=False, timeout=60
    ),
)
signal.signal(signal.SIGINT, signal.default_int_handler)

def ask():
    print(vault.access_token(PASS), flush=True)

"""
AT_EXIT = "atexit.register(ask)"
WITHOUT_THREADS = """
def refuse(*_):
    raise RuntimeError("can't create new thread at interpreter shutdown")

def ask_alone():
    _thread.start_new_thread = refuse
    ask()

atexit.register(ask_alone)
"""
BESIDE_A_DAEMON = """
threading.Thread(target=ask, daemon=True).start()
sys.stdin.readline()
sys.exit(0)
"""
TERMINATED = """
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
ask()
"""


@pytest.fixture
def server() -> Iterator[Rotation]:
    with rotating() as server:
        yield server


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A storage root with a stale token."""
    process(tmp_path, Server()).store(PASS, STALE)
    return tmp_path


def program(
    end: str, root: Path, server: Rotation
) -> AbstractContextManager[subprocess.Popen[str]]:
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    here = Path(mp_core.__file__).parents[1]
    return started(sys.executable, "-c", START + end, str(root), server.url, cwd=here, **pipes)


def stored(root: Path) -> str:
    found = process(root, Server()).peek(PASS)
    assert found is not None
    return found.access_token.get_secret_value()


@pytest.mark.parametrize("end", [AT_EXIT, WITHOUT_THREADS], ids=["threads", "no threads"])
def test_h71_a_stale_token_is_refreshed_at_the_exit(root: Path, server: Rotation, end: str) -> None:
    with program(end, root, server) as running:
        said, errors = running.communicate(timeout=60)
    assert (said, errors, running.returncode) == ("a1\n", "", 0)
    assert (stored(root), server.spent) == ("a1", ["r0"])


@pytest.mark.parametrize("end", [AT_EXIT, WITHOUT_THREADS], ids=["threads", "no threads"])
def test_h71_an_interruption_at_the_exit_waits_for_the_refresh(
    root: Path, server: Rotation, end: str
) -> None:
    server.go_on.clear()
    with program(end, root, server) as running:
        assert running.stderr is not None
        assert server.arrived.wait(60)
        running.send_signal(signal.SIGINT)
        assert "finishing the refresh…" in running.stderr.readline()
        server.go_on.set()
        assert "KeyboardInterrupt" in running.communicate(timeout=60)[1]
    assert (stored(root), server.spent) == ("a1", ["r0"])


@pytest.mark.parametrize("interruptions", [0, 1, 2])
def test_h71_an_exit_beside_a_daemon_thread_waits_for_its_refresh(
    root: Path, server: Rotation, interruptions: int
) -> None:
    server.go_on.clear()
    with program(BESIDE_A_DAEMON, root, server) as running:
        assert running.stdin is not None
        assert server.arrived.wait(60)
        running.stdin.write("exit\n")
        running.stdin.flush()
        for _ in range(interruptions):
            running.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(0.5)
        server.go_on.set()
        running.communicate(timeout=60)
    assert (stored(root), server.spent) == ("a1", ["r0"])


@pytest.mark.parametrize(
    ("number", "times", "code"),
    [
        (signal.SIGTERM, 1, 7),
        (signal.SIGINT, 1, -signal.SIGINT),
        (signal.SIGINT, 2, -signal.SIGINT),
    ],
)
def test_h71_a_program_that_is_told_to_end_ends_as_it_wants_when_the_refresh_has(
    root: Path, server: Rotation, number: signal.Signals, times: int, code: int
) -> None:
    server.go_on.clear()
    with program(TERMINATED, root, server) as running:
        assert running.stderr is not None
        assert server.arrived.wait(60)
        for _ in range(times):
            running.send_signal(number)
        assert "finishing the refresh…" in running.stderr.readline()
        server.go_on.set()
        assert running.communicate(timeout=60)[0] == ""
    assert running.returncode == code
    assert (stored(root), server.spent) == ("a1", ["r0"])
