"""Programs in a network of their own, from which nothing leads out, not even a question."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping

import pytest

ALONE = ("unshare", "--net") if os.getuid() == 0 else ("unshare", "--net", "--map-root-user")


def _can() -> bool:
    if shutil.which("unshare") is None:
        return False
    return alone_in_network("true").returncode == 0


def alone_in_network(
    *command: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program there to its end."""
    return subprocess.run(
        [*ALONE, *command], env=env, capture_output=True, text=True, timeout=120, check=False
    )


needs_own_network = pytest.mark.skipif(not _can(), reason="no network namespace can be made here")
