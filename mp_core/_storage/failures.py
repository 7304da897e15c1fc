"""What it means that the system refuses a file, and what a person does about it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mp_core._storage.commands import (
    ELSEWHERE,
    chmod_command,
    chown_command,
    copy_command,
    quoted,
)
from mp_core._storage.mounts import is_mount_point, mount_of
from mp_core._storage.paths import user_home
from mp_core._storage.trust import UntrustedPlaceError, is_trusted_owner


def explained(path: Path, error: OSError) -> tuple[str, str]:
    """Return why a file could not be written or removed, and what to do about it."""
    if isinstance(error, UntrustedPlaceError):
        return str(error.strerror), error.remedy
    reason = error.strerror or type(error).__name__
    if error.errno in _MOUNTED and is_mount_point(path):
        reason = f"it is a mount ({reason})"
    return reason, _remedy(path, error.errno or 0)


def _remedy(path: Path, number: int) -> str:
    if remedy := _LOOKED_FOR.get(number):
        return remedy(path)
    way = _WAYS.get(number, "See what is there: ls -la {directory}")
    places = {"path": path, "nearest": _nearest(path), "directory": _nearest(path.parent)}
    way = way.format_map({name: quoted(place) for name, place in places.items()})
    return way if number in _OF_THE_PROCESS else f"{way} · {ELSEWHERE}"


def _mount(path: Path) -> str:
    """Return the way out where a mount can neither be replaced nor written."""
    mount = mount_of(path)
    if mount is not None and mount.is_read_only:
        return _read_only(path)
    return f"Unmount it first: sudo umount {quoted(path)} · {_apart(path)}"


def _read_only(path: Path) -> str:
    mount = mount_of(path)
    if mount is None or mount.point == Path("/"):
        return f"The disk cannot be written to: {ELSEWHERE}"
    way = f"Mount it to be written to: sudo mount -o remount,rw {quoted(mount.point)}"
    return f"{way} (in a container, start it without `:ro`) · {_apart(path)}"


def _apart(path: Path) -> str:
    """Return how to go on with a copy, if the file may be a configuration, or else elsewhere."""
    if path.suffix != ".toml" or not os.path.isfile(path):  # A closed directory is no error.
        return ELSEWHERE
    return f"or change a copy: {copy_command(path, './mp.toml')} && export MP_CONFIG_PATH=./mp.toml"


def _closed(path: Path) -> str:
    """Name what is closed to this user, and the command that opens it, if it is theirs to open."""
    mount = mount_of(path)
    if mount is not None and mount.is_read_only:
        return _read_only(path)
    place = _closed_place(path)
    try:
        uid = place.stat().st_uid
    except OSError:
        return f"You may not look at {place}: {ELSEWHERE}"
    if uid == os.getuid():
        way = chmod_command(place, "u+rwx" if place.is_dir() else "u+rw")
    elif is_trusted_owner(uid) and not _is_at_home(place):
        return f"{place} is the system's · {_apart(path)}"
    else:
        way = chown_command(place)
    return f"Run: {way} · {_apart(path)}"


def _closed_place(path: Path) -> Path:
    """Return the first directory on the way that is closed, or else the file."""
    directory = path.parent
    for place in (*reversed(directory.parents), directory):
        if place.is_dir() and not os.access(place, os.X_OK):
            return place
    nearest = _nearest(directory)
    return nearest if not os.access(nearest, os.W_OK) else _nearest(path)


def _is_at_home(place: Path) -> bool:
    home = user_home()
    return home is not None and home != Path("/") and place.is_relative_to(home)


def _nearest(path: Path) -> Path:
    """Return a path, or the nearest one above that is there."""
    return next((place for place in (path, *path.parents) if os.path.lexists(place)), Path("/"))


_MOUNTED: Final = frozenset({errno.EBUSY, errno.EXDEV, errno.EROFS})
_OF_THE_PROCESS: Final = frozenset({errno.EMFILE, errno.ENFILE})
"""What is not better in another place."""

_FILES: Final = "Let this process open more files: ulimit -n 4096"
_LOCKS: Final = "Its file system has no locks, as some network mounts"
_OBSTACLE: Final = "See what is in the way: ls -ld {nearest}"
_WAYS: Final = {
    errno.ENOSPC: "Make room; this shows the free space: df -h {nearest}",
    errno.EDQUOT: "Your share of the disk is used up; this shows it: quota -s",
    errno.EFBIG: "Let this process write larger files: ulimit -f unlimited",
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.ENOLCK: _LOCKS,
    errno.ENOSYS: _LOCKS,
    errno.EOPNOTSUPP: _LOCKS,
    errno.EIO: "The disk fails; the system says more: dmesg | tail",
    errno.ESTALE: "The network file system has changed meanwhile: try again",
    errno.ENAMETOOLONG: "Its name is too long",
    errno.ENOTDIR: _OBSTACLE,
    errno.EISDIR: _OBSTACLE,
    errno.ELOOP: "See where the links lead: namei {path}",
}
_LOOKED_FOR: Final[dict[int, Callable[[Path], str]]] = {
    errno.EBUSY: _mount,
    errno.EXDEV: _mount,
    errno.EROFS: _read_only,
    errno.EACCES: _closed,
    errno.EPERM: _closed,
}
