"""Ctrl-C where Python itself loses it, or makes more of it than the command does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and timers are POSIX's")

STRIKING = "import signal; signal.raise_signal(signal.SIGINT)"
PROGRAM = f"""
import contextlib, io, signal, sys, time
from mp_core.cli import __main__, interruptions, run

class Finalized:
    def __del__(self):
        {STRIKING}

class Finder:
    def find_spec(name, path=None, target=None):
        if name == "mp_core.cli.run":
            {STRIKING}

def lost_while(set_timer, times):
    def first(handler):
        left.pop()
        interruptions._set_timer = usual if not left else first
        set_timer(handler)
    left, usual = [None] * times, interruptions._set_timer
    interruptions._set_timer = first
    Finalized()
    time.sleep(60)

def end_slowly():
    interruptions.settle = lambda: time.sleep(0.2)

def delayed(handler):
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    time.sleep(0.1)

def struck(handler):
    {STRIKING}

with contextlib.redirect_stderr(io.StringIO()):
    run.run(["unknown"])  # So that nothing is left to import.
"""
START = """
sys.argv = ["mp"]
__main__.main()
"""


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(f"exec({STRIKING!r})", id="text, as `dataclasses` run it"),
        pytest.param("(repr(Finalized()), time.sleep(60))", id="a finalizer"),
        pytest.param("Finalized()", id="a finalizer just before the end"),
        pytest.param("(Finalized(), end_slowly())", id="a finalizer before an end that takes long"),
        pytest.param("lost_while(delayed, 2)", id="a slow hook"),
        pytest.param("lost_while(struck, 1)", id="a hook that is interrupted"),
    ],
)
def test_ctrl_c_ends_a_command_with_130_wherever_it_strikes(work: str, tmp_path: Path) -> None:
    program = f"{PROGRAM}\nrun.root.main = lambda *_, **options: {work}\n{START}"
    assert outcome(program, tmp_path) == (130, "Error: Interrupted.")


def test_ctrl_c_ends_a_command_with_130_before_it_has_begun(tmp_path: Path) -> None:
    strike_at_import = "del sys.modules['mp_core.cli.run'], run\nsys.meta_path.insert(0, Finder)"
    program = f"{PROGRAM}\n{strike_at_import}\n{START}"
    assert outcome(program, tmp_path) == (130, "Error: Interrupted.")


def test_text_that_was_interrupted_and_goes_on_ends_as_it_should(tmp_path: Path) -> None:
    caught = f"def work():\n    with contextlib.suppress(KeyboardInterrupt): exec({STRIKING!r})"
    program = f"{PROGRAM}\n{caught}\nrun.root.main = lambda *_, **options: work()\n{START}"
    assert outcome(program, tmp_path) == (0, "")


def outcome(program: str, directory: Path) -> tuple[int, str]:
    """Return the exit code of a program that is run as a module, and what it says."""
    (directory / "striking.py").write_text(program)
    done = subprocess.run(
        [sys.executable, "-m", "striking"],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    return done.returncode, done.stderr.strip()
