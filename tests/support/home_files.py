"""The files of a home directory: the configuration, which tests write and read, and all others."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import tomli_w


def write_config(home: Path, text: str) -> Path:
    """Write the configuration as its owner would have it, and return its path."""
    path = home / ".mp" / "config.toml"
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


def configure(home: Path, **tables: Any) -> Path:
    """Write a configuration of these tables, and return its path."""
    return write_config(home, tomli_w.dumps(tables))


def tables_in(path: Path) -> dict[str, Any]:
    """The tables of a configuration as they stand in its file."""
    return tomllib.loads(path.read_text())


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a directory, with its content; locks hold none and stay."""
    found = (path for path in root.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path.relative_to(root)): path.read_bytes() for path in found}
