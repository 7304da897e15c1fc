"""`mp doctor` beside a program that removes what is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mp_core._doctor import slots
from mp_core._doctor.finding import Finding
from mp_core._storage import files
from tests.support.private_files import made


def removing(path: Path) -> Iterator[Finding]:
    path.unlink()
    yield from ()


@pytest.mark.parametrize("fix", [False, True])
@pytest.mark.parametrize("last", ["mounts", "read"])
def test_h92_what_is_removed_meanwhile_is_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str, fix: bool
) -> None:
    made(tmp_path / "tokens.json", "{}")
    if last == "mounts":
        monkeypatch.setattr(slots, "mount_findings", removing)
    else:
        monkeypatch.setattr(files, "read_private", lambda path: path.unlink())
    found = [*slots.slot_findings(tmp_path, tmp_path, fix)]
    assert {each.level for each in found} == {"ok"}
    assert {each.subject for each in found} == {str(tmp_path), str(tmp_path / "tokens.json")}
