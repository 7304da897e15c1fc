"""Files that only their owner may read, with old and new text; the modes and versions of files."""

from __future__ import annotations

import stat
from pathlib import Path

OLD, NEW = "old " * 2000, "new " * 3000


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def version(path: Path) -> tuple[int, ...]:
    """What every write to a file changes, and no read does: it may change the time of access."""
    found = path.lstat()
    return (found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def made(path: Path, text: str = OLD, *, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path
