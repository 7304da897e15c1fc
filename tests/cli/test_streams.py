"""Pipes, closed streams, signals: a command that hangs or complains there spoils a script."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mp_core.sandbox import Fault, Sandbox
from tests.support.cli_commands import CALLING, CHANGING, EVERY, READING, words_of
from tests.support.shell import MP, Outcome, Shell

pytestmark = pytest.mark.providers

VISITOR = f"{shlex.quote(sys.executable)} -m mp_core.sandbox.oauth.visitor %s &"
"""A browser whose person approves at the sandbox."""
ENDING = sorted(EVERY.keys() - {"sandbox", "demo", "login", "account login"})
OFFLINE = sorted((READING.keys() | CHANGING.keys()) - {*CALLING, "doctor", "logout"})
EVENTS = ("socket.connect", "socket.getaddrinfo", "webbrowser.open", "subprocess.Popen")

_seen: list[str] = []


def _watch(event: str, args: tuple[Any, ...]) -> None:
    """Remember what leaves the process; an audit hook can't be removed."""
    if event in EVENTS:
        _seen.append(event)


sys.addaudithook(_watch)


def in_shell(shell: Shell, script: str) -> Outcome:
    """Run a line of shell in which `mp` is the command."""
    done = subprocess.run(
        ["bash", "-c", f'mp() {{ "$MP_PYTHON" -m mp_core.cli "$@"; }}; {script}'],
        env=shell.process_env(MP_PYTHON=sys.executable),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_h44_no_command_waits_for_anybody(shell: Shell) -> None:
    shell.env |= {"DISPLAY": "", "BROWSER": ""}

    def ended(command: str) -> tuple[str, int]:
        return command, shell.process(*words_of(command)).code

    with ThreadPoolExecutor(3) as pool:
        codes = dict(pool.map(ended, ENDING))
    assert all(code in (0, 1, 4) for code in codes.values()), codes


@pytest.mark.usefixtures("logins")
@pytest.mark.parametrize("line", ["account login me", "login someone --type oauth_browser -p 10"])
def test_h44_a_login_needs_a_browser_and_no_terminal(shell: Shell, line: str) -> None:
    done = shell.process(*line.split(), BROWSER=VISITOR)
    assert (done.code, done.out) == (0, ""), done.err
    assert "as ada@people.example" in done.err


@pytest.mark.usefixtures("logins")
@pytest.mark.parametrize("line", ["account login me", "login someone --type oauth_browser"])
def test_h44_h31_a_login_without_either_ends_at_once_and_tells_the_address(
    shell: Shell, line: str
) -> None:
    done = shell.process(*line.split())
    assert (done.code, done.out) == (2, "")
    assert "/oauth/authorize/" in done.err
    assert "--no-browser" in done.err.splitlines()[-1]


@pytest.mark.parametrize("command", OFFLINE)
def test_h44_no_command_opens_a_socket_or_a_browser_unless_it_must(
    shell: Shell, command: str
) -> None:
    _seen.clear()
    shell.ok(*words_of(command))
    assert _seen == []


@pytest.mark.parametrize("width", [20, 80])
def test_h41_a_token_is_one_line_at_any_width(shell: Shell, width: int) -> None:
    token = "fake-token-" * 40 + "[bold]"
    with shell.terminal("account", "token", "agent", width=width, AGENT_TOKEN=token) as terminal:
        assert terminal.end() == 0
    assert terminal.screen == f"{token}\n"
    assert shell.process("account", "token", "agent", AGENT_TOKEN=token).out == f"{token}\n"


def test_a_reader_that_leaves_early_hears_no_complaint(shell: Shell) -> None:
    done = in_shell(shell, "mp inspect events | true; echo ${PIPESTATUS[0]}")
    assert done.out in ("0\n", "1\n")
    assert done.err == ""
    assert in_shell(shell, "mp account show nope 2>&1 | true; echo ${PIPESTATUS[0]}").out == "4\n"
    assert in_shell(shell, "mp --help | head -1").out == "Usage: mp [OPTIONS] COMMAND [ARGS]...\n"


def test_a_reader_that_is_gone_before_the_first_word_hears_none(shell: Shell) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for stream in ("stdout", "stderr"):
        with shell.start("account", "list", **{stream: writing}) as process:
            out, err = process.communicate(timeout=60)
        assert "Traceback" not in f"{out}{err}"
        assert "Exception ignored" not in f"{out}{err}"
        assert process.returncode == (1 if stream == "stdout" else 0)
    os.close(writing)


def test_output_that_cannot_be_written_is_an_error(shell: Shell) -> None:
    for line in ("account list", "--version", "account token agent", "session"):
        done = in_shell(shell, f"mp {line} >/dev/full")
        assert (done.code, done.err.splitlines()[0]) == (1, "Error: No space left on device.")
        assert "Exception ignored" not in done.err


@pytest.mark.parametrize("closing", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_no_harm(shell: Shell, closing: str) -> None:
    before = shell.config.read_text()
    assert in_shell(shell, f"mp account list {closing}").code == int(closing != "2>&-")
    assert in_shell(shell, f"mp account show nope {closing}").code == 4
    assert in_shell(shell, f"mp -v account show nope {closing}").code == 4
    assert shell.config.read_text() == before
    assert in_shell(shell, f"mp account use agent {closing}").code == 0
    assert 'account = "agent"' in shell.config.read_text()


def test_an_interrupted_command_ends_with_130_and_without_a_traceback(shell: Shell) -> None:
    with shell.start("sandbox") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("export MP_API_BASE_URL=http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "Error: Interrupted."
    assert "Traceback" not in err


def test_ctrl_c_ends_a_call_that_takes_long(shell: Shell, sandbox: Sandbox) -> None:
    sandbox.inject(Fault("slow", delay_s=60))
    with shell.terminal("-v", "inspect", "events") as terminal:
        terminal.wait_for("workspace: none")
        terminal.type("\x03")
        assert terminal.end() == 130
    assert "Interrupted." in terminal.screen
    assert "Traceback" not in terminal.screen


@pytest.mark.usefixtures("logins")
def test_the_demonstration_runs_without_a_terminal_and_leaves_nothing(
    bare: Shell, tmp_path: Path
) -> None:
    done = bare.process("demo", TMPDIR=str(tmp_path))
    assert done.code == 0, done.out[-2000:] + done.err
    assert "Done:" in done.out
    assert done.err == ""
    assert list(tmp_path.iterdir()) == []
    assert list(Path(bare.env["HOME"]).iterdir()) == []


def test_a_sandbox_can_be_told_to_fail(shell: Shell) -> None:
    with shell.start("sandbox", "--fault", "forbidden", "-f", "json") as server:
        assert server.stdout is not None
        while "MP_API_BASE_URL" not in (line := server.stdout.readline()):
            pass
        failed = shell.process("inspect", "events", MP_API_BASE_URL=line.split('"')[3])
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=60)
    assert "Injected." in failed.err


def test_a_sandbox_on_a_port_that_is_taken_says_so(shell: Shell, sandbox: Sandbox) -> None:
    done = shell.process("sandbox", "--port", sandbox.url.rpartition(":")[2])
    assert (done.code, done.out) == (1, "")
    assert "Address already in use" in done.err


def test_python_m_is_the_command(bare: Shell) -> None:
    assert bare.process("--version").out.startswith("mp ")
    assert MP[1:] == ("-m", "mp_core.cli")
