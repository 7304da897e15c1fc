"""Mounts that only a child of the test and its children see, and that end with them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.campaign.kernel import mount_apart
from tests.support.child_processes import in_child


def _may_mount() -> bool:
    if getattr(os, "getuid", lambda: 1)() != 0 or not Path("/proc/self/mountinfo").exists():
        return False
    command = "mount --make-rprivate / && mount -t tmpfs none /mnt"
    try:
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", command], capture_output=True, check=False, timeout=60
        )
    except OSError:
        return False
    return done.returncode == 0


needs_mounts = pytest.mark.skipif(not _may_mount(), reason="nothing can be mounted here")


def among_own_mounts(work: Callable[[], object]) -> int:
    """Run in a child that mounts for itself alone; return its wait status."""

    def run() -> None:
        assert mount_apart()
        _run("mount", "--make-rprivate", "/")
        work()

    return in_child(run)


def bind(source: Path, target: Path, *, read_only: bool = False) -> None:
    """Let a file or a directory be seen at another place as well."""
    _run("mount", "--bind", str(source), str(target))
    if read_only:
        _run("mount", "-o", "remount,bind,ro", str(target))


def tmpfs(target: Path, *options: str) -> None:
    """Mount an empty file system."""
    _run("mount", "-t", "tmpfs", "-o", ",".join(("mode=700", *options)), "tmpfs", str(target))


def fill(directory: Path) -> Path:
    """Fill a file system up with a file, and return that."""
    filler = directory / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            return filler
    raise AssertionError("There is no end to it.")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, timeout=60)
