"""A file system that is full for a while, where root may mount one that only this process sees."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.campaign.kernel import mount_apart

_BALLAST = "ballast"


def small(directory: Path) -> bool:
    """Mount a small file system at a directory, for this process and its children alone."""
    directory.mkdir(exist_ok=True)
    if os.getuid() != 0 or not mount_apart():
        return False
    commands = (
        ("mount", "--make-rprivate", "/"),
        ("mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(directory)),
    )
    try:
        return all(_succeeds(*command) for command in commands)
    except OSError:
        return False


def _succeeds(*command: str) -> bool:
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    return done.returncode == 0


@contextmanager
def filled(directory: Path | None, pages: int) -> Iterator[None]:
    """Fill up a file system but for some pages, as long as the block lasts; None fills nothing."""
    if directory is None:
        yield
        return
    ballast = directory / _BALLAST
    try:
        _fill(ballast)
        with ballast.open("r+b") as file:
            file.truncate(max(0, file.seek(0, os.SEEK_END) - pages * 4096))
        yield
    finally:
        ballast.unlink(missing_ok=True)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            return
