"""Full files are put aside, and however many write at once, every line is there and whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import filelock
import pytest

from mp_audit_log import mp_record
from mp_core.errors import ConfigError
from mp_core.plugin import AuditEvent

Written = Callable[[Path], list[Any]]

WRITER = """
import sys, threading
from datetime import UTC, datetime
from mp_audit_log import mp_record
from mp_core.plugin import AuditEvent

def write(name, count):
    for number in range(count):
        details = {"number": number, "padding": "x" * (number % 200)}
        mp_record(
            AuditEvent("refreshed", datetime.now(UTC), name, "acme", "eu", details=details)
        )
"""


def start(body: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER + body], stderr=subprocess.PIPE, text=True
    )


def finish(*processes: subprocess.Popen[str]) -> None:
    try:
        for process in processes:
            _, errors = process.communicate(timeout=240)
            assert (process.returncode, errors) == (0, "")
    finally:
        for process in processes:
            with suppress(ProcessLookupError):  # Its children are in its group, too.
                os.killpg(process.pid, signal.SIGKILL)


def all_files(log: Path) -> list[Path]:
    """The log and what was put aside, the oldest first."""
    aside = [file for file in log.parent.glob("audit.jsonl.*") if file.suffix != ".lock"]
    return [*sorted(aside, key=lambda file: -int(file.suffix[1:])), log]


def numbers(log: Path, written: Written) -> dict[str, list[int]]:
    """What each writer has written, in the order of the files."""
    found: dict[str, list[int]] = {}
    for file in all_files(log):
        for line in written(file):
            found.setdefault(line["account"], []).append(line["details"]["number"])
    return found


def test_four_processes_lose_no_line_and_mix_none_across_rotations(
    log: Path, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MP_AUDIT_LOG_MAX_BYTES", "20000")
    monkeypatch.setenv("MP_AUDIT_LOG_BACKUPS", "100")
    finish(*[start(f"write('writer-{each}', 500)") for each in range(4)])
    assert len(all_files(log)) > 10
    every = list(range(500))
    assert numbers(log, written) == {f"writer-{each}": every for each in range(4)}


def test_threads_and_forked_children_lose_none_either(
    log: Path, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MP_AUDIT_LOG_MAX_BYTES", "20000")
    monkeypatch.setenv("MP_AUDIT_LOG_BACKUPS", "100")
    body = """
import os, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Forking beside threads is what is tried.
write("first", 1)  # A fork while another thread imports a module is nothing that Python survives.
threads = [threading.Thread(target=write, args=(f"thread-{each}", 100)) for each in range(3)]
for thread in threads:
    thread.start()
children = []
for each in range(3):
    child = os.fork()
    if not child:
        write(f"child-{each}", 100)
        os._exit(0)
    children.append(child)
for thread in threads:
    thread.join()
assert all(os.waitpid(child, 0)[1] == 0 for child in children)
"""
    finish(start(body))
    found = numbers(log, written)
    assert found.pop("first") == [0]
    assert len(found) == 6
    assert all(each == list(range(100)) for each in found.values())


def test_as_many_files_as_were_asked_for_are_kept_and_each_is_as_large_as_asked_for(
    event: AuditEvent, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MP_AUDIT_LOG_MAX_BYTES", "1000")
    monkeypatch.setenv("MP_AUDIT_LOG_BACKUPS", "3")
    for _ in range(40):
        mp_record(event)
    assert [file.name for file in all_files(log)] == [
        *("audit.jsonl.3", "audit.jsonl.2", "audit.jsonl.1", "audit.jsonl")
    ]
    assert all(0 < file.stat().st_size < 1000 for file in all_files(log))


@pytest.mark.parametrize("name", ["MP_AUDIT_LOG_MAX_BYTES", "MP_AUDIT_LOG_BACKUPS"])
def test_a_zero_lets_the_file_grow(
    event: AuditEvent, log: Path, written: Written, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MP_AUDIT_LOG_MAX_BYTES", "500")
    monkeypatch.setenv(name, "0")
    for _ in range(20):
        mp_record(event)
    assert len(written(log)) == 20
    assert all_files(log) == [log]


def test_a_line_that_is_larger_than_a_file_puts_no_empty_one_aside(
    event: AuditEvent, log: Path, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MP_AUDIT_LOG_MAX_BYTES", "10")
    mp_record(event)
    mp_record(event)
    assert [len(written(file)) for file in all_files(log)] == [1, 1]


def test_a_lock_that_another_keeps_is_an_error_that_names_it(event: AuditEvent, log: Path) -> None:
    mp_record(event)
    with (
        filelock.FileLock(f"{log}.lock", preserve_lock_file=True),
        pytest.raises(ConfigError, match="locked by another process") as caught,
    ):
        mp_record(event)
    assert f"fuser {log}.lock" in str(caught.value.hint)
    mp_record(event)


def test_a_writer_that_is_killed_leaves_the_log_to_the_others(
    event: AuditEvent, log: Path, written: Written
) -> None:
    process = start("print(flush=True); write('mortal', 10**9)")
    try:
        while not log.exists() or log.stat().st_size < 5000:
            assert process.poll() is None
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
    mp_record(event)
    assert written(log)[-1] == event.as_json()
