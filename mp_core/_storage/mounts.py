"""What is mounted where: a file may be a mount, read-only, or on a file system without modes."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final, NamedTuple

_TABLE: Final = Path("/proc/self/mountinfo")
_WITHOUT_MODES: Final = frozenset(
    {"9p", "cifs", "drvfs", "exfat", "fuseblk", "hfsplus", "msdos", "ntfs", "ntfs3", "smb3"}
    | {"vboxsf", "vfat", "vmhgfs"}
)


class Mount(NamedTuple):
    """Something that is mounted.

    Attributes:
        point: Where.
        kind: The type of the file system.
        is_read_only: Whether nothing can be written there.
    """

    point: Path
    kind: str
    is_read_only: bool

    @property
    def keeps_modes(self) -> bool:
        """Whether `chmod` has an effect there, as far as that is known."""
        return self.kind not in _WITHOUT_MODES


def mount_of(path: Path) -> Mount | None:
    """Return what a file lies in or is itself, or None where that cannot be told."""
    real = Path(os.path.realpath(path))
    try:
        lines = _TABLE.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return None
    # What is mounted over something else comes later in the table.
    found = [mount for mount in map(_mount, lines) if real.is_relative_to(mount.point)]
    return max(reversed(found), key=lambda mount: len(mount.point.parts), default=None)


def is_mount_point(path: Path) -> bool:
    """Return whether a file or a directory is itself what is mounted."""
    mount = mount_of(path)
    return mount is not None and mount.point == Path(os.path.realpath(path))


def _mount(line: str) -> Mount:
    """Read a line of `proc_pid_mountinfo(5)`."""
    own, _, system = line.partition(" - ")
    fields, (kind, _, of_system) = own.split(" "), system.split(" ", 2)
    point = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[4])
    is_read_only = "ro" in fields[5].split(",") or "ro" in of_system.split(",")
    return Mount(Path(point), kind, is_read_only)
