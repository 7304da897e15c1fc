"""Files that only their owner may read, with old and new text, and the modes that files have."""

from __future__ import annotations

import stat
from pathlib import Path

OLD, NEW = "old " * 2000, "new " * 3000


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def made(path: Path, text: str = OLD, *, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path
