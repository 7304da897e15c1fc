"""A short campaign; `make campaign` runs a long one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.providers,
    pytest.mark.sweep,
    pytest.mark.skipif(
        sys.platform != "linux", reason="the campaign uses Linux's signals and mounts"
    ),
]


def test_no_login_is_lost_that_could_be_saved_whatever_kills_or_stops_its_processes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.campaign", "--minutes", "0.2", "--runners", "2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "avoidable=0" in done.stdout.splitlines()[-1]
