"""`mp doctor` says who holds a lock, and a lock that nobody holds is in order."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mp_core._doctor.locks import lock_findings
from mp_core._storage.locks import locked
from tests.support.machine import Machine

HOLD = """
import sys
from pathlib import Path
from mp_core._storage.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data file, whose lock somebody has used."""
    path = tmp_path / "tokens.json"
    with locked(path):
        return path


def is_told_of(pid: int) -> bool:
    """Return whether the kernel tells who holds a lock, which it does not do everywhere."""
    locks = Path("/proc/locks")
    return locks.exists() and f" {pid} " in locks.read_text()


def test_h92_a_lock_that_nobody_holds_is_in_order(data: Path) -> None:
    [found] = lock_findings(data, False)
    assert found.level == "ok"


def test_h92_whoever_holds_a_lock_for_long_is_named(data: Path) -> None:
    with Machine(data.parent, {}) as machine:
        holder = machine.start(sys.executable, "-c", HOLD, str(data))
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        [_, found] = lock_findings(data, True)
        assert (found.level, found.is_fixed) == ("warning", False)
        if is_told_of(holder.pid):
            assert f"Process {holder.pid} (" in found.message
            assert found.fix == f"kill {holder.pid}"
        else:
            assert found.fix == f"fuser -v {data}.lock"
