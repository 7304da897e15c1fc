"""The tests themselves, where SIGINT is ignored, as by `nohup make test &`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IGNORING = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.execv(sys.executable, [sys.executable, "-m", "pytest", *sys.argv[1:]])
"""
OPTIONS = ["-q", "-p", "no:cacheprovider", "--timeout=60", "--timeout-method=signal"]
INTERRUPTING = [
    "tests/cli/test_add.py::test_a_person_who_gives_up_leaves_nothing_behind",
    "tests/cli/test_streams.py::test_an_interrupted_command_ends_with_130_and_without_a_traceback",
    "tests/cli/test_streams.py::test_ctrl_c_ends_a_call_that_takes_long",
]


@pytest.mark.providers
def test_what_a_test_interrupts_ends_although_the_tests_ignore_interruptions() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IGNORING, *OPTIONS, *INTERRUPTING],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
