"""H90: a terminal whose modes a question has changed has them back, however the question ends."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys

import pytest

from tests.support.child_processes import SIGNALS_ELSEWHERE
from tests.support.terminal import Terminal

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and terminals are POSIX's")
ASKING = """
import sys
from mp_core._login.keyboard import typed_line
print("got " + typed_line("Secret: ", is_hidden=True).upper(), file=sys.stderr)
"""
ASK = (sys.executable, "-c", ASKING)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT"])
def test_h90_a_question_that_a_signal_ends_gives_the_terminal_back(name: str) -> None:
    number = getattr(signal, name)
    with Terminal(ASK, dict(os.environ), 80) as terminal:
        terminal.wait_for("Secret: ")
        assert not terminal.is_edited
        terminal.process.send_signal(number)
        assert terminal.process.wait(60) == -number
        assert terminal.is_edited


def test_h90_a_question_is_ended_by_a_signal_that_does_not_wake_it() -> None:
    command = (sys.executable, "-c", f"{SIGNALS_ELSEWHERE}\n{ASKING}")
    with Terminal(command, dict(os.environ), 80) as terminal:
        terminal.wait_for("Secret: ")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.process.wait(60) in (-signal.SIGINT, 128 + signal.SIGINT)
        assert terminal.is_edited


@pytest.mark.skipif(shutil.which("dash") is None, reason="no shell that leaves modes as they are")
def test_h90_a_question_that_is_stopped_lends_the_terminal_to_the_shell() -> None:
    env = {**os.environ, "PS1": "SHELL> "}
    with Terminal(("/bin/dash", "-i"), env, 80) as terminal:
        terminal.wait_for("SHELL> ")
        terminal.type(f"{shlex.join((ASK[0], '-c', ASKING.replace(chr(10), ';').strip(';')))}\n")
        terminal.wait_for("\nSecret: ")
        begun = len(terminal.screen)
        terminal.type("half")
        terminal.type("\x1a")
        terminal.wait_for("SHELL> ", after=begun)
        assert terminal.is_edited
        stopped = len(terminal.screen)
        terminal.type("stty sane; fg\n")
        terminal.wait_for("\nSecret: ", after=stopped)
        assert not terminal.is_edited
        terminal.type("swordfish\n")
        terminal.wait_for("SWORDFISH", after=stopped)
        assert "swordfish" not in terminal.screen[stopped:]
        terminal.type("exit\n")


def test_h90_a_signal_that_the_program_handles_is_the_program_s() -> None:
    program = f"import signal; signal.signal(signal.SIGTERM, lambda *_: print('told')){ASKING}"
    with Terminal((sys.executable, "-c", program), dict(os.environ), 80) as terminal:
        terminal.wait_for("Secret: ")
        terminal.process.send_signal(signal.SIGTERM)
        terminal.wait_for("told")
        terminal.type("swordfish\n")
        assert terminal.end() == 0
    assert "got SWORDFISH" in terminal.screen
    assert "swordfish" not in terminal.screen
