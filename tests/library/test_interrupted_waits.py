"""Ctrl-C ends every wait, also where it came just before the wait began, and wakes nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.child_processes import SIGNALS_ELSEWHERE, started

PAUSE = """
from mp_core._network.closing import has_set
print("waiting", flush=True)
has_set(threading.Event(), 100)
"""
SANDBOX = """
import sys
from mp_core.cli.__main__ import main
sys.argv = ["mp", "sandbox"]
main()
"""
CALL = """
import socket, httpx
from mp_core._network.client import Client
silent = socket.create_server(("127.0.0.1", 0))
print("waiting", flush=True)
client = Client(proxy_for=lambda url: None, timeout=100, trust_env=False)
client.get("http://127.0.0.1:%d" % silent.getsockname()[1])
"""
LISTENER = """
from mp_oauth_browser.callback import CallbackListener
with CallbackListener("me", "mp login", farewell_s=0) as listener:
    print("waiting", flush=True)
    listener.wait(100)
"""


def assert_is_interrupted(code: str, home: Path) -> None:
    command = (sys.executable, "-c", f"{SIGNALS_ELSEWHERE}\n{code}")
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    with started(
        *command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        time.sleep(0.5)  # The wait has begun, most likely.
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode in (-signal.SIGINT, 128 + signal.SIGINT)


@pytest.mark.parametrize("code", [PAUSE, SANDBOX, CALL], ids=["pause", "sandbox", "call"])
def test_a_wait_is_interrupted(code: str, tmp_path: Path) -> None:
    assert_is_interrupted(code, tmp_path)


@pytest.mark.providers
@pytest.mark.usefixtures("logins")
def test_the_wait_for_a_browser_is_interrupted(tmp_path: Path) -> None:
    assert_is_interrupted(LISTENER, tmp_path)
