"""Whether a file is itself a mount, which no other can replace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mp_core._doctor.finding import Finding, of_files
from mp_core._storage.commands import quoted
from mp_core._storage.mounts import mount_of


def mount_findings(path: Path) -> Iterator[Finding]:
    """Tell that a file is mounted, and how to have it as a file like others."""
    real = path.resolve()
    mount = mount_of(real)
    if mount is None or mount.point != real:
        return
    if mount.is_read_only:
        message = "It is a mount that is read-only: it cannot be changed here."
    else:
        message = "It is a mount: it is written where it is, since nothing can replace it."
    copy, place = quoted(real.with_name(f"{real.name}.copy")), quoted(real)
    command = f"cp -p {place} {copy} && sudo umount {place} && mv -f {copy} {place}"
    yield of_files(path, "warning", message, command)
