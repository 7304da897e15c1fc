"""The command itself: no shell, no input, a time limit, and errors without a secret."""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import mp_core as mp
from mp_core.errors import OAuthError

if TYPE_CHECKING:
    from tests.conftest import Command

CANARY = "fake-secret-c4n4ry"

SLEEPER = """
import subprocess
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
child = subprocess.Popen(sleep, close_fds=False)
"""


def failure(made: Command, **fields: Any) -> str:
    """What the error says that the command leads to."""
    made.add(**fields)
    with pytest.raises(OAuthError) as caught:
        mp.accounts.token("bot")
    error = caught.value
    program = fields.get("command", made.line)[0]
    assert error.details == {"account": "bot", "program": program}
    assert "mp account update bot" in str(error.hint)
    assert error.__cause__ is None
    assert CANARY not in f"{error} {error.hint} {error.details}"
    return str(error)


@dataclass(frozen=True)
class Lifeline:
    """A pipe that processes hold open for as long as they live.

    Attributes:
        path: Where it is.
        reader: The end in this process at which it is seen to be cut.
        writer: The one that holds it until then, also if no process has come that far.
    """

    path: Path
    reader: int
    writer: int

    @property
    def held(self) -> str:
        """Code that holds it, in a process and in the children that inherit its descriptors."""
        return f"os.set_inheritable(os.open({str(self.path)!r}, os.O_WRONLY), True)"

    def is_cut(self) -> bool:
        """Whether all who held it end within seconds: a signal strikes when it is its turn."""
        os.close(self.writer)
        readable = select.select([self.reader], [], [], 10)[0]
        return bool(readable) and os.read(self.reader, 1) == b""


@pytest.fixture
def lifeline(tmp_path: Path) -> Iterator[Lifeline]:
    path = tmp_path / "lifeline"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield Lifeline(path, reader, os.open(path, os.O_WRONLY))
    os.close(reader)


def test_no_shell_reads_the_arguments(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = ["$(touch pwned)", "; touch pwned", "a b", "*", "--flag", "", "ü"]
    command.prints(before="import json; open('arguments', 'w').write(json.dumps(sys.argv[1:]))")
    monkeypatch.chdir(tmp_path)
    command.add(command=[*command.line, *odd])
    mp.accounts.token("bot")
    assert json.loads((tmp_path / "arguments").read_text()) == odd
    assert not (tmp_path / "pwned").exists()


def test_h44_a_command_that_asks_gets_no_answer_and_does_not_wait(command: Command) -> None:
    command.prints(before="assert sys.stdin.read() == ''")
    command.add()
    assert mp.accounts.token("bot")


def test_a_command_that_takes_too_long_is_ended_with_all_that_it_started(
    command: Command, lifeline: Lifeline
) -> None:
    command.does(f"{lifeline.held}\n{SLEEPER}\nchild.wait()")
    assert "took longer than 2 s" in failure(command, timeout_s=2)
    assert lifeline.is_cut()


def test_a_child_that_keeps_the_output_open_counts_as_the_command(
    command: Command, lifeline: Lifeline
) -> None:
    command.does(f"{lifeline.held}\n{SLEEPER}\nos._exit(0)")
    assert "took longer than 1 s" in failure(command, timeout_s=1)
    assert lifeline.is_cut()


def test_a_program_that_is_not_there_is_named(command: Command) -> None:
    said = failure(command, command=["no-such-program-anywhere", "x"])
    assert said == "The command of account 'bot' cannot be started: No such file or directory."


def test_a_program_that_may_not_run_says_so(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert "Permission denied" in failure(command, command=[str(tmp_path / "data")])


def test_a_failure_shows_status_and_the_end_of_what_was_said(command: Command) -> None:
    command.does("print('the vault is sealed', file=sys.stderr); sys.exit(3)")
    assert failure(command) == (
        "The command of account 'bot' failed with status 3: the vault is sealed"
    )


def test_a_command_that_is_killed_says_by_what(command: Command) -> None:
    command.does("import signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert failure(command) == "The command of account 'bot' was killed by signal 9."


def test_h39_a_failure_shows_no_secret(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", CANARY)
    command.does(
        "print('denied for', os.environ['VAULT_TOKEN'], file=sys.stderr)\n"
        "print(os.environ['VAULT_TOKEN'])\nsys.exit(1)"
    )
    assert "denied for ***" in failure(command)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (f"{CANARY}", "no JSON object"),
        (f'["{CANARY}"]', "no JSON object"),
        ("", "no JSON object"),
        ("\\xff", "no JSON object"),
        (f'{{"access_token": "{CANARY}"}}', "no object of version 1"),
        (f'{{"version": 2, "access_token": "{CANARY}"}}', "no object of version 1"),
        (f'{{"version": "1", "access_token": "{CANARY}"}}', "no object of version 1"),
        ('{"version": 1}', "no valid access_token and expires_at"),
        (f'{{"version": 1, "access_token": "{CANARY}"}}', "no valid expires_at"),
    ],
)
def test_h40_what_is_no_answer_is_told_without_its_content(
    command: Command, answer: str, problem: str
) -> None:
    command.does(f"sys.stdout.buffer.write({answer!r}.encode('latin-1'))")
    assert failure(command) == f"The command of account 'bot' printed {problem}."


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"expires_at": "2031-01-01T00:00:00"}, "no valid expires_at"),
        ({"expires_at": "tomorrow"}, "no valid expires_at"),
        ({"access_token": 7}, "no valid access_token"),
        ({"access_token": ""}, "no valid access_token"),
        ({"access_token": f"{CANARY} and more"}, "an access_token that no header can carry"),
        ({"access_token": f"{CANARY}ü"}, "an access_token that no header can carry"),
        ({"access_token": f"{CANARY}\n"}, "an access_token that no header can carry"),
        ({"expires_in_s": -1}, "a token that has expired"),
    ],
)
def test_h40_a_wrong_field_is_told_without_its_value(
    command: Command, fields: dict[str, Any], problem: str
) -> None:
    command.prints(**fields)
    assert failure(command) == f"The command of account 'bot' printed {problem}."


def test_a_failure_is_not_kept(command: Command) -> None:
    command.does("sys.exit(1)")
    failure(command)
    command.prints()
    assert mp.accounts.token("bot")


def test_unknown_keys_of_the_answer_are_left_alone(command: Command) -> None:
    command.prints(comment="a later version may add some")
    command.add()
    assert mp.accounts.token("bot")


def test_the_command_is_found_by_its_name(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "company-token"
    script.write_text(f"#!/bin/sh\nexec {sys.executable} {command.line[1]}\n")
    script.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    command.add(command=["company-token"])
    assert mp.accounts.token("bot")
