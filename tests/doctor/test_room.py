"""`mp doctor` tries what storing takes, where the file system does not do all of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mp_core._doctor.finding import Finding
from mp_core._doctor.room import room_findings
from tests.support.child_processes import apart
from tests.support.refused_calls import needs_refusals, refuse_locks, refuse_modes


def found(directory: Path, refuse: Callable[[], None]) -> list[Finding]:
    refuse()
    return [*room_findings(directory)]


@needs_refusals
@pytest.mark.parametrize(
    ("refuse", "level", "message"),
    [
        (refuse_modes, "warning", "keeps no modes, so that other users may read secrets"),
        (refuse_locks, "error", "knows no locks, so that two processes spend one login"),
    ],
)
def test_h92_what_a_file_system_does_not_know_is_told(
    tmp_path: Path, refuse: Callable[[], None], level: str, message: str
) -> None:
    [finding] = apart(found, tmp_path, refuse)
    assert (finding.level, finding.subject) == (level, str(tmp_path))
    assert message in finding.message
    assert "MP_STORAGE_DIR" in (finding.fix or "")
    assert [*room_findings(tmp_path)] == []
    assert [*tmp_path.iterdir()] == []
