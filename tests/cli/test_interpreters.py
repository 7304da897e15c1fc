"""Every command under interpreters and in surroundings that few developers have."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager

import pytest

from mp_core.sandbox import Fault, Sandbox
from tests.support.child_processes import started
from tests.support.cli_commands import EVERY, tree, words_of
from tests.support.shell import TIMEOUT_S, Outcome, Shell

STRICT = ("-OO", "-I", "-X", "dev", "-W", "error")
"""No docstrings or assertions, nothing from the environment, and every warning an error."""

NEEDS_LOGIN = ("account login", "login", "sandbox")
"""Commands that wait for a person."""

FROZEN = """
import importlib.machinery, sys

class Frozen:
    '''Finds our packages as a program does that has them built in: they know no file.'''

    def find_spec(self, name, path, target=None):
        if not name.startswith("mp_"):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        spec.has_location = False
        return spec

sys.frozen = True
sys.meta_path.insert(0, Frozen())
import mp_core
assert not hasattr(mp_core, "__file__")
from mp_core.cli.__main__ import main
main()
"""

pytestmark = pytest.mark.providers


def run(shell: Shell, *command: str, **env: str) -> Outcome:
    done = subprocess.run(
        command,
        cwd=shell.home,
        env=shell.process_env(**env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.mark.usefixtures("logins")
@pytest.mark.parametrize("command", sorted(EVERY.keys() - {*NEEDS_LOGIN}))
def test_h94_every_command_works_without_docstrings_and_with_warnings_as_errors(
    shell: Shell, command: str
) -> None:
    done = run(shell, sys.executable, *STRICT, "-m", "mp_core.cli", *words_of(command))
    assert done.code == 0, done
    assert "Warning" not in done.err


GROUPS = sorted(words for words, _ in tree())


def test_h94_the_help_is_the_same_without_docstrings(bare: Shell) -> None:
    ask = (
        "import sys; from mp_core.cli.run import run\n"
        f"for words in {GROUPS!r}: print(run([*words.split(), '--help']))\n"
        "print(run(['account', 'add', '--type', 'service_account', '--help']))"
    )
    usual = run(bare, sys.executable, "-c", ask)
    without = run(bare, sys.executable, *STRICT, "-c", ask)
    assert (without.code, without.err) == (0, "")
    assert without.out == usual.out
    assert "Examples:" in without.out


@pytest.mark.parametrize(
    "command", ["--help", "session", "plugins list --load", "account list", "plugins new acme"]
)
def test_h94_a_frozen_program_works_without_files_of_its_modules(
    shell: Shell, command: str
) -> None:
    done = run(shell, sys.executable, "-OO", "-W", "error", "-c", FROZEN, *command.split())
    assert done.code == 0, done


def test_h94_a_frozen_program_names_no_command_of_an_interpreter_that_it_is_not(
    shell: Shell,
) -> None:
    done = run(shell, sys.executable, "-c", FROZEN, "demo")
    assert done.code == 1
    assert "built into this program" in done.err


STREAMS = ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "<&- 2>&-"]


@pytest.mark.parametrize("streams", STREAMS)
@pytest.mark.parametrize("command", ["session", "target use ecom"])
def test_h94_commands_work_without_streams(shell: Shell, streams: str, command: str) -> None:
    mp = (sys.executable, "-W", "error", "-m", "mp_core.cli")
    done = run(shell, "sh", "-c", f'exec "$@" {streams}', "sh", *mp, *command.split())
    has_lost_data = command == "session" and ">&-" in streams.replace("2>&-", "")
    assert done.code == has_lost_data, done
    files = [path for path in shell.home.rglob("*") if path.is_file()]
    assert not any(b"AXIS" in path.read_bytes() for path in files), "output went into a file"


SURROUNDINGS = {
    "no terminal": {"TERM": ""},
    "the C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "an ASCII locale": {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"},
    "no such locale": {"LC_ALL": "xx_YY.nonsense"},
    "no such time zone": {"TZ": ":/nonexistent/zone"},
    "a zone of odd minutes": {"TZ": "ODD-13:37:11"},
    "few digits of integers": {"PYTHONINTMAXSTRDIGITS": "640"},
    "a safe path": {"PYTHONSAFEPATH": "1"},
    "no place for bytecode": {"PYTHONPYCACHEPREFIX": "/proc/none"},
    "a large environment": {f"FILLER_{number}": "x" * 9000 for number in range(100)},
    "no width": {"COLUMNS": "0"},
    "an odd width": {"COLUMNS": "many"},
    "debugged event loops": {"PYTHONASYNCIODEBUG": "1"},
}


@pytest.mark.parametrize("env", SURROUNDINGS.values(), ids=SURROUNDINGS)
def test_h94_a_command_works_in_odd_surroundings(shell: Shell, env: dict[str, str]) -> None:
    mp = (sys.executable, "-W", "error", "-m", "mp_core.cli")
    done = run(shell, *mp, "inspect", "events", **env)
    assert (done.code, done.err) == (0, ""), done


@pytest.mark.parametrize("command", ["session", "plugins list"])
def test_h94_commands_work_in_a_directory_that_was_deleted(shell: Shell, command: str) -> None:
    gone = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    mp = (sys.executable, "-W", "error", "-m", "mp_core.cli")
    done = run(shell, "sh", "-c", gone, "sh", *mp, *command.split())
    assert (done.code, done.err) == (0, ""), done


def test_h94_an_empty_environment_says_only_what_is_missing(bare: Shell) -> None:
    mp = (sys.executable, "-W", "error", "-m", "mp_core.cli")
    listed = run(bare, "env", "-i", *mp, "plugins", "list")
    assert (listed.code, listed.err) == (0, "")


def ignored(shell: Shell, *words: str) -> AbstractContextManager[subprocess.Popen[str]]:
    """Start a command as `nohup mp … &` in a script does: the shell ignores SIGINT for it."""
    mp = ("sh", "-c", "trap '' INT; exec nohup \"$@\"", "sh", sys.executable, "-m", "mp_core.cli")
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return started(*mp, *words, env=shell.process_env(), cwd=shell.home, **pipes)


def assert_ends_when_told_to(process: subprocess.Popen[str]) -> None:
    for passed_over in (signal.SIGINT, signal.SIGHUP):
        process.send_signal(passed_over)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
    process.terminate()
    assert process.wait(timeout=60) == -signal.SIGTERM


def test_h94_where_interruptions_are_ignored_a_server_still_ends_when_it_is_told_to(
    shell: Shell,
) -> None:
    with ignored(shell, "sandbox", "--port", "0") as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        assert_ends_when_told_to(process)


def test_h94_where_interruptions_are_ignored_a_call_still_ends_when_it_is_told_to(
    shell: Shell, sandbox: Sandbox
) -> None:
    sandbox.inject(Fault("slow", delay_s=60))
    with ignored(shell, "-v", "inspect", "events") as process:
        assert process.stderr is not None
        while "workspace: none" not in (line := process.stderr.readline()):
            assert line
        assert_ends_when_told_to(process)


def test_h94_where_interruptions_are_ignored_a_call_waits_for_its_answer(
    shell: Shell, sandbox: Sandbox
) -> None:
    sandbox.inject(Fault("slow", delay_s=2))
    with ignored(shell, "-v", "inspect", "events") as process:
        assert process.stderr is not None
        while "workspace: none" not in (line := process.stderr.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out


THREADLESS = """
import _thread, threading, sys
def refuse(*args, **kwargs):
    raise RuntimeError("can't start new thread")
_thread.start_new_thread = threading._start_new_thread = refuse
from mp_core.cli.run import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize("command", ["session", "account token agent", "inspect events", "doctor"])
def test_h94_commands_work_where_no_thread_may_start(shell: Shell, command: str) -> None:
    done = run(shell, sys.executable, "-c", THREADLESS, *command.split())
    assert done.code == 0, done


def test_h94_a_read_only_home_serves_what_only_reads(shell: Shell) -> None:
    drop = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
    if os.geteuid() == 0 and subprocess.run([*drop, "true"], check=False, timeout=60).returncode:
        pytest.skip("root may write everywhere, and setpriv cannot take that away")
    mp = (sys.executable, "-W", "error", "-m", "mp_core.cli")
    places = [shell.home, shell.home / ".mp"]
    for place in places:
        place.chmod(0o500)
    try:
        for command in ("session", "account list", "plugins list", "inspect events"):
            done = run(shell, *(drop if os.geteuid() == 0 else ()), *mp, *command.split())
            assert (done.code, done.err) == (0, ""), done
    finally:
        for place in places:
            place.chmod(0o700)
