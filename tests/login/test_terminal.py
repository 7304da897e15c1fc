"""The person at the terminal: told everything, asked only where somebody can answer."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from mp_core._tokens.clients import FileRegistrations
from mp_core.plugin.login import LoginFlow
from tests.support.child_processes import started

SAY_AND_BROWSE = """
import os, sys
from mp_core._login.terminal import process_terminal
terminal = process_terminal(os.environ)
terminal.say("To log in, open: https://login.example/")
print(terminal.ask is not None, terminal.browse("https://login.example/"))
"""
ASK = """
import os
from mp_core._login.terminal import process_terminal
terminal = process_terminal(os.environ)
try:
    print(repr(terminal.ask("Who?")))
except EOFError:
    print("ended")
"""


def run(code: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        **options,
    )


def without_display(**more: str) -> Mapping[str, str]:
    windows = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return {name: value for name, value in os.environ.items() if name not in windows} | more


@pytest.mark.parametrize("stdin", [subprocess.DEVNULL, subprocess.PIPE])
def test_h44_without_a_terminal_nobody_is_asked(stdin: int) -> None:
    done = run(SAY_AND_BROWSE, stdin=stdin, env=without_display())
    assert done.stdout.split()[0] == "False"


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
def test_h29_closed_streams_ask_nobody_and_end_nothing(closed: str) -> None:
    command = f"exec {sys.executable} -c '{SAY_AND_BROWSE.replace(chr(39), chr(34))}' {closed}"
    done = subprocess.run(
        ["sh", "-c", command],
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
        env=without_display(),
    )
    assert done.stdout.split() == ["False", "False"]


def test_h43_what_is_said_goes_to_stderr() -> None:
    done = run(SAY_AND_BROWSE, stdin=subprocess.DEVNULL, env=without_display())
    assert done.stderr == "To log in, open: https://login.example/\n"
    assert "login.example" not in done.stdout


@pytest.mark.skipif(
    sys.platform != "linux", reason="other systems have a browser without a display"
)
def test_h31_h44_without_a_display_no_text_browser_takes_over_the_terminal(tmp_path: Path) -> None:
    browser = tmp_path / "www-browser"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o700)
    env = without_display(PATH=f"{tmp_path}:{os.environ['PATH']}")
    done = run(SAY_AND_BROWSE, stdin=subprocess.DEVNULL, env=env)
    assert done.stdout.split()[1] == "False"


@pytest.mark.parametrize(
    ("command", "works"), [("true", "True"), ("false", "False"), ("", "False")]
)
def test_h31_whether_a_browser_opened_is_told(command: str, works: str) -> None:
    env = without_display(BROWSER=f"{command} %s" if command else "no-such-browser-anywhere")
    done = run(SAY_AND_BROWSE, stdin=subprocess.DEVNULL, env=env)
    assert done.stdout.split()[1] == works


@pytest.mark.parametrize(
    ("typed", "answer"),
    [(b"ann\n", "'ann'"), (b"  ann \n", "'ann'"), (b"\n", "''"), (b"\x04", "ended")],
)
def test_at_a_terminal_a_line_is_asked_for_whatever_was_typed_before(
    typed: bytes, answer: str
) -> None:
    controller, terminal = pty.openpty()
    os.write(controller, b"typed ahead\n")
    streams = {"stdin": terminal, "stderr": terminal, "stdout": subprocess.PIPE}
    with started(sys.executable, "-c", ASK, **streams) as process:
        os.close(terminal)
        shown = b""
        while b"Who? " not in shown:
            shown += os.read(controller, 1024)
        os.write(controller, typed)
        out, _ = process.communicate(timeout=60)
    os.close(controller)
    assert out.strip() == answer


def test_the_time_that_is_left_ends_at_nothing() -> None:
    with httpx.Client(timeout=60) as http:
        flows = [
            LoginFlow(
                http=http,
                registrations=FileRegistrations.__new__(FileRegistrations),
                say=print,
                ask=None,
                browse=None,
                deadline_s=time.monotonic() + seconds,
            )
            for seconds in (60, -60)
        ]
    assert 0 < flows[0].remaining_s() <= 60
    assert flows[1].remaining_s() == 0
