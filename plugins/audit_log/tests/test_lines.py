"""Each event is one whole line, in the file that the environment names."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mp_audit_log import mp_record
from mp_core.errors import ConfigError
from mp_core.plugin import AuditEvent

Written = Callable[[Path], list[Any]]


def test_an_event_is_one_line_of_json(event: AuditEvent, log: Path, written: Written) -> None:
    mp_record(event)
    mp_record(replace(event, account="two\nlines", owner=None))
    first, second = written(log)
    assert first == event.as_json()
    assert first["at"] == "2026-05-06T07:08:09+00:00"
    assert (second["account"], second["owner"]) == ("two\nlines", None)


def test_the_file_is_in_the_storage_directory_of_the_moment(
    event: AuditEvent, tmp_path: Path, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        monkeypatch.setenv("MP_STORAGE_DIR", str(tmp_path / name))
        mp_record(event)
    assert len(written(tmp_path / "one/audit.jsonl")) == len(written(tmp_path / "two/audit.jsonl"))


def test_a_variable_names_another_file(
    event: AuditEvent, home: Path, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MP_AUDIT_LOG", "~/logs/of mine/a.jsonl")
    mp_record(event)
    assert len(written(home / "logs/of mine/a.jsonl")) == 1
    assert not (home / ".mp").exists()


@pytest.mark.parametrize("name", ["MP_AUDIT_LOG_MAX_BYTES", "MP_AUDIT_LOG_BACKUPS"])
@pytest.mark.parametrize("value", ["many", "-1", "1e3", "१"])
def test_a_malformed_number_is_an_error_that_names_its_variable(
    event: AuditEvent, log: Path, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=name) as caught:
        mp_record(event)
    assert f"unset {name}" in str(caught.value.hint)
    assert not log.exists()


def test_an_empty_variable_counts_as_unset(
    event: AuditEvent, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MP_AUDIT_LOG", "MP_AUDIT_LOG_MAX_BYTES", "MP_AUDIT_LOG_BACKUPS"):
        monkeypatch.setenv(name, "")
    mp_record(event)
    assert log.exists()


def test_a_line_that_a_crash_cut_off_stays_apart_from_the_next(
    event: AuditEvent, log: Path
) -> None:
    mp_record(event)
    whole = log.read_bytes()
    log.write_bytes(whole + b'{"kind": "cred')
    mp_record(event)
    assert log.read_bytes() == whole + b'{"kind": "cred\n' + whole


def test_importing_it_loads_and_prints_nothing_and_makes_no_file(home: Path) -> None:
    code = "import mp_audit_log, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    heavy = {"filelock", "logging.handlers", "pydantic", "httpx", "mp_audit_log.log"}
    assert not heavy & set(done.stdout.split())
    assert done.stderr == ""
    assert list(home.iterdir()) == []
