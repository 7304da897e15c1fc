"""The files are this user's alone, and what cannot be written is an error that says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mp_audit_log import mp_record
from mp_core.errors import ConfigError
from mp_core.plugin import AuditEvent

MODES = """
import os, sys
os.umask(int(sys.argv[1], 8))
from datetime import UTC, datetime
from mp_audit_log import mp_record
from mp_core.plugin import AuditEvent
for _ in range(9):
    mp_record(AuditEvent("refreshed", datetime.now(UTC), "me", "acme", "eu"))
"""


needs_root = pytest.mark.skipif(
    os.getuid() != 0, reason="only root gives files away, and writes where nobody may"
)


@pytest.mark.parametrize("umask", ["000", "022", "077", pytest.param("277", marks=needs_root)])
def test_every_file_is_closed_to_others_whatever_the_umask(
    log: Path, umask: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MP_AUDIT_LOG_MAX_BYTES", "300")
    subprocess.run([sys.executable, "-c", MODES, umask], timeout=120, check=True)
    files = sorted(log.parent.iterdir())
    assert {"audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"} <= {file.name for file in files}
    for file in files:
        assert file.stat().st_mode & 0o077 == 0, file
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.parent.stat().st_mode & 0o777 == 0o700 & ~int(umask, 8)


def test_a_file_that_others_may_read_is_closed(event: AuditEvent, log: Path) -> None:
    mp_record(event)
    log.chmod(0o644)
    mp_record(event)
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_directory_that_is_there_keeps_its_mode(
    event: AuditEvent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    monkeypatch.setenv("MP_AUDIT_LOG", str(shared / "made" / "a.jsonl"))
    mp_record(event)
    assert shared.stat().st_mode & 0o777 == 0o755
    assert (shared / "made").stat().st_mode & 0o777 == 0o700


def refusal(event: AuditEvent) -> ConfigError:
    with pytest.raises(ConfigError, match="audit log") as caught:
        mp_record(event)
    assert "MP_AUDIT_LOG" in (caught.value.hint or "")
    return caught.value


def test_no_link_is_followed(event: AuditEvent, log: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("theirs")
    log.parent.mkdir(mode=0o700)
    log.symlink_to(other)
    assert "symbolic link" in refusal(event).message
    log.unlink()
    log.hardlink_to(other)
    assert "another name" in refusal(event).message
    assert other.read_text() == "theirs"


def test_what_is_no_file_is_refused(event: AuditEvent, log: Path) -> None:
    log.parent.mkdir(mode=0o700)
    os.mkfifo(log)
    assert "not a regular file" in refusal(event).message
    log.unlink()
    log.mkdir()
    refusal(event)


def test_a_place_that_cannot_be_made_is_named(event: AuditEvent, home: Path) -> None:
    (home / ".mp").write_text("a file")
    assert str(home / ".mp") in refusal(event).message


@needs_root
def test_a_file_of_another_user_is_refused(event: AuditEvent, log: Path) -> None:
    mp_record(event)
    os.chown(log, 12345, 12345)
    assert "user 12345" in refusal(event).message


FULL = """
import os, resource, sys
from datetime import UTC, datetime
from mp_audit_log import mp_record
from mp_core.errors import ConfigError
from mp_core.plugin import AuditEvent
event = AuditEvent("refreshed", datetime.now(UTC), "me", "acme", "eu")
for _ in range(2):
    mp_record(event)
limit = os.stat(sys.argv[1]).st_size + 50
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
try:
    mp_record(event)
except ConfigError as error:
    print(error, error.hint)
"""


def test_a_disk_that_is_full_is_said_and_leaves_no_half_of_a_line(log: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(log)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert f"{log} could not be written" in done.stdout
    assert "df -h" in done.stdout
    assert log.read_text().count("\n") == 2
    assert log.read_text().endswith("}\n")
