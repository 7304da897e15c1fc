"""Commands for a person to type that put a file or a directory right."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final

ELSEWHERE: Final = "or use another place: export MP_STORAGE_DIR=DIR"
"""The way out where a place cannot be put right."""


def quoted(path: Path) -> str:
    """Return a path as a shell takes it, whatever its name."""
    return shlex.quote(str(path))


def chmod_command(path: Path, mode: int | str = 0o600) -> str:
    """Return what a person types to give a path another mode, as to close it to other users."""
    return f"chmod {mode if isinstance(mode, str) else f'{mode:o}'} {quoted(path)}"


def chown_command(path: Path) -> str:
    """Return what a person types to take over a path that belongs to another user."""
    return f"sudo chown $(id -u) {quoted(path)}"


def iconv_command(path: Path, encoding: str) -> str:
    """Return what a person types to turn a text into UTF-8 where it is, also in a mount."""
    old, new = quoted(path), quoted(path.with_name(f"{path.name}.utf8"))
    return (
        f"(umask 077; iconv -f {encoding} -t UTF-8 {old} > {new} && cat {new} > {old} && rm {new})"
    )


def copy_command(path: Path, name: str = "COPY") -> str:
    """Return what a person types to have a copy of a file that is theirs alone."""
    return f"install -m 600 {quoted(path)} {name}"
