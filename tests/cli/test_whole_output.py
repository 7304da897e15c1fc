"""H91: what a command prints is whole, or its exit code is not 0."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.child_processes import needs_root
from tests.support.loopback_server import SilentHandler, answering
from tests.support.shell import MP, Outcome, Shell

pytestmark = pytest.mark.providers

COUNT = 12_000
FILE_LIMIT = 100_000
NAMES = ("Zürich", "Łódź", "日本", "😀", "cut\ud83d")
ODD = '{"numbers": [NaN, Infinity, -Infinity, 1.5], "name": "cut\\ud83d"}'
BUFFERING = pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
PRINTING = (
    "--version",
    "--help",
    "help account add",
    "completion bash",
    "account token agent",
    "account list -f json",
    "session",
    "sandbox",
    "demo",
)


class _Project(SilentHandler):
    """Answers with a great deal, with names from everywhere, or with what is no JSON."""

    def do_GET(self) -> None:
        if self.path.endswith("/odd"):
            self.reply_bytes(200, ODD.encode())
        elif self.path.endswith("/deep"):
            self.reply_bytes(200, b"[" * 900 + b"]" * 900)
        else:
            many = [{"at": at, "name": NAMES[at % len(NAMES)]} for at in range(COUNT)]
            self.reply_bytes(200, json.dumps(many).encode())


@pytest.fixture
def much(shell: Shell) -> Iterator[Shell]:
    """A shell whose Mixpanel answers with more than any pipe holds."""
    with answering(_Project) as url:
        shell.env["MP_API_BASE_URL"] = url
        yield shell


MUCH = ("-a", "agent", "api", "GET", "/much", "-f")


def into(shell: Shell, stdout: Any, *words: str, before: Any = None, **env: str) -> Outcome:
    """Run a command whose data goes somewhere else."""
    done = subprocess.run(
        (*MP, *words),
        env=shell.process_env(**env),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
        timeout=120,
        check=False,
    )
    return Outcome(done.returncode, "", done.stderr)


def limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))


@BUFFERING
@pytest.mark.parametrize("format", ["json", "csv", "plain"])
def test_h91_a_file_that_may_not_grow_is_an_error(
    much: Shell, tmp_path: Path, unbuffered: str, format: str
) -> None:
    path = tmp_path / "out"
    with path.open("wb") as file:
        done = into(much, file, *MUCH, format, before=limit_files, PYTHONUNBUFFERED=unbuffered)
    assert (done.code, "File too large." in done.err) == (1, True), done
    assert path.stat().st_size == FILE_LIMIT


@needs_root
@pytest.mark.skipif(not shutil.which("unshare"), reason="there is no unshare (util-linux)")
@BUFFERING
def test_h91_a_disk_that_fills_is_an_error(much: Shell, tmp_path: Path, unbuffered: str) -> None:
    script = 'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@" > "$0/out"'
    done = subprocess.run(
        ("unshare", "-m", "sh", "-c", script, str(tmp_path), *MP, *MUCH, "json"),
        env=much.process_env(PYTHONUNBUFFERED=unbuffered),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "mount: " in done.stderr:
        pytest.skip(f"no file system can be mounted here: {done.stderr}")
    assert (done.returncode, json.loads(done.stderr)["message"]) == (1, "No space left on device.")


@BUFFERING
@pytest.mark.parametrize("line", PRINTING)
def test_h91_nothing_prints_to_a_full_device_and_calls_it_done(
    shell: Shell, line: str, unbuffered: str
) -> None:
    with open("/dev/full", "wb") as full:
        done = into(shell, full, *line.split(), PYTHONUNBUFFERED=unbuffered)
    assert done.code == 1
    assert "No space left on device." in done.err
    assert "Traceback" not in done.err
    assert "Exception ignored" not in done.err


@BUFFERING
def test_h91_a_pipe_that_does_not_block_gets_everything(much: Shell, unbuffered: str) -> None:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writing, False)
    env = much.process_env(PYTHONUNBUFFERED=unbuffered)
    with much.start(*MUCH, "json", stdout=writing, env=env) as process:
        os.close(writing)
        with open(reading, "rb") as pipe:
            found = json.loads(b"".join(iter(lambda: os.read(pipe.fileno(), 1000), b"")))
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert len(found) == COUNT


def test_h91_a_terminal_that_does_not_block_gets_everything(much: Shell) -> None:
    ours, theirs = os.openpty()
    os.set_blocking(theirs, False)
    with much.start(*MUCH, "jsonl", stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 500):
                shown += chunk
        except OSError:
            pass  # A terminal ends with an error.
        process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 0
    assert len([json.loads(line) for line in shown.splitlines()]) == COUNT


@pytest.mark.parametrize("line", ["account list", "--version", "session", "completion bash"])
def test_h91_data_for_a_closed_output_is_an_error(shell: Shell, line: str) -> None:
    script = ("sh", "-c", 'exec "$@" >&-', "sh", *MP, *line.split())
    with_err = subprocess.run(
        script, env=shell.process_env(), stderr=subprocess.PIPE, text=True, timeout=60, check=False
    )
    assert (with_err.returncode, with_err.stderr.splitlines()[0]) == (
        1,
        "Error: The output is closed.",
    )
    assert "Exception ignored" not in with_err.stderr


@pytest.mark.parametrize("redirect", ["2>/dev/full", "2>&-", "2>&3"])
def test_h91_what_nobody_hears_on_stderr_costs_no_data(shell: Shell, redirect: str) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writing, b"x" * 4096)
    whole = shell.process("session", "-f", "json").out
    script = f'exec 3>&"$0"; exec "$@" {redirect}'
    done = subprocess.run(
        ("bash", "-c", script, str(writing), *MP, "-v", "session", "-f", "json"),
        env=shell.process_env(),
        capture_output=True,
        pass_fds=[writing],
        text=True,
        timeout=60,
        check=False,
    )
    os.close(reading)
    os.close(writing)
    assert (done.returncode, done.stdout) == (0, whole)


@pytest.mark.parametrize("encoding", ["ascii:strict", "latin-1", "utf-8"])
@pytest.mark.parametrize("format", ["json", "jsonl", "csv", "plain", "table"])
def test_h91_no_name_is_too_much_for_an_encoding(much: Shell, encoding: str, format: str) -> None:
    done = much.process(
        *MUCH, format, encoding=encoding.partition(":")[0], PYTHONIOENCODING=encoding
    )
    assert (done.code, done.err) == (0, "")
    text = done.out
    assert text.count("11999") == 1
    if format == "json":
        assert json.loads(text)[:5] == [{"at": at, "name": NAMES[at]} for at in range(5)]


def test_h91_a_machine_without_a_locale_prints_every_name(much: Shell) -> None:
    bare = {"LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = much.process(*MUCH, "json", **bare)
    assert (done.code, done.json[3]["name"]) == (0, NAMES[3]), done.err


@pytest.mark.parametrize("format", ["json", "jsonl", "csv", "plain", "table"])
def test_h91_what_is_no_number_is_null_in_json_and_empty_elsewhere(
    much: Shell, format: str
) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON (RFC 8259 §6)")

    done = much.process("-a", "agent", "api", "GET", "/odd", "-f", format)
    assert done.code == 0, done.err
    assert not {"NaN", "nan", "Infinity", "inf"} & set(done.out.replace(",", " ").split())
    if format in ("json", "jsonl", "table"):
        found = json.loads(done.out, parse_constant=refuse)
        assert found == {"numbers": [None, None, None, 1.5], "name": "cut\ud83d"}
    elif format == "csv":
        [_, [numbers, name]] = csv.reader(io.StringIO(done.out))
        assert (numbers, name) == (", , , 1.5", "cut\\ud83d")


@pytest.mark.parametrize("format", ["json", "jsonl", "csv", "plain"])
def test_h91_an_answer_that_is_nested_too_deeply_is_an_error(much: Shell, format: str) -> None:
    done = much.process("-a", "agent", "api", "GET", "/deep", "-f", format)
    assert done.code in (0, 1)
    assert "should not have happened" not in done.err
    assert done.out if done.code == 0 else "too deep" in done.err


def test_h91_the_exit_code_of_a_command_that_has_failed_stays(shell: Shell) -> None:
    with open("/dev/full", "wb") as full:
        assert into(shell, full, "account", "show", "nope").code == 4


def test_h91_a_program_that_never_reads_is_not_waited_for_for_ever() -> None:
    code = (
        "import os, sys; from mp_core.cli.output.writer import Patient\n"
        "class Hasty(Patient): patience_s = 0.01\n"
        "r, w = os.pipe(); os.set_blocking(w, False)\n"
        "try: Hasty(w).write(b'x' * 1_000_000)\n"
        "except TimeoutError as error: sys.exit(error.strerror)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (1, "Nobody has taken the output for 0.01 s\n")
