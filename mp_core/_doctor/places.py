"""What keeps a path from being used: where it leads, what it is, whose it is, whom it lets in."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from mp_core._doctor.finding import Finding, of_files
from mp_core._storage.commands import chmod_command, chown_command, quoted
from mp_core._storage.mounts import Mount, mount_of
from mp_core._storage.trust import NOBODY, foreign, is_own_group, is_trusted_owner

Kind = Literal["file", "lock", "directory"]

_KINDS: Final[dict[Kind, Callable[[int], bool]]] = {
    "file": stat.S_ISREG,
    "lock": stat.S_ISREG,
    "directory": stat.S_ISDIR,
}
_PRIVATE: Final = {"file": 0o600, "lock": 0o600, "directory": 0o700}
_READ: Final = {"file": os.R_OK, "lock": os.R_OK | os.W_OK, "directory": os.R_OK | os.X_OK}
_WRITTEN: Final = {"file": 0, "lock": 0, "directory": os.W_OK}
"""A file is replaced, whatever its mode; a lock is opened for writing."""


def examined(path: Path, kind: Kind, fix: bool) -> Finding | None:
    """Return the first thing that is wrong with a path, or that nothing is; None if it is absent.

    A mode that is wrong is put right if that is wanted, unless the path is somebody else's.
    """
    try:
        link = path.lstat()
        status = path.stat()
    except OSError as error:
        return _beyond_reach(path, error)
    if stat.S_ISLNK(link.st_mode) and is_foreign(link):
        command = f"sudo chown -h $(id -u) {quoted(path)}"
        return of_files(path, "error", f"It is a link that belongs to {owner(link)}.", command)
    if not _KINDS[kind](status.st_mode):
        noun = "directory" if kind == "directory" else "regular file"
        return of_files(path, "error", f"It is not a {noun}.", _aside(path))
    if is_foreign(status):
        return of_files(
            path, "error", f"It belongs to {owner(status)}.", take_over(path, status, kind)
        )
    return _closed(path, status, kind, fix) or _open(path, status, kind, fix)


def is_open(path: Path) -> bool:
    """Return whether a directory is there, this user's own or root's, and can be looked into."""
    acts = os.R_OK | os.X_OK
    return os.path.isdir(path) and may(path, acts) and not is_foreign(path.stat())


def is_foreign(status: os.stat_result) -> bool:
    """Return whether something belongs to another user; what is root's is trusted."""
    return os.name != "nt" and not is_trusted_owner(status.st_uid)


def owner(status: os.stat_result) -> str:
    """Return who owns something, in words."""
    if status.st_uid == 0:
        return "root"
    try:
        import pwd

        return f"another user, {pwd.getpwuid(status.st_uid).pw_name}"
    except (ImportError, KeyError):
        return f"another user, number {status.st_uid}"


def take_over(path: Path, status: os.stat_result, kind: Kind) -> str:
    """Return how to get the use of what is somebody else's; of a directory, with all in it."""
    if status.st_uid == NOBODY or os.getuid() == 0:
        return foreign(path, status.st_uid)[1]  # It takes more than a command.
    if kind != "directory":
        return chown_command(path)
    return f"sudo chown -R $(id -u) {quoted(path)}"


def _beyond_reach(path: Path, error: OSError) -> Finding | None:
    """Return why a path cannot even be looked at; None where it is just not there."""
    if error.errno == errno.EACCES:
        return _behind_closed(path)
    if error.errno == errno.ENOTDIR:
        return _behind_file(path)
    if not os.path.islink(path):
        return None if isinstance(error, FileNotFoundError) else _unknown(path, error)
    leads = f"It is a link to {os.readlink(path)}, which"
    ending = "does not exist." if isinstance(error, FileNotFoundError) else "leads back to it."
    return of_files(path, "error", f"{leads} {ending}", f"rm {quoted(path)}")


def _behind_closed(path: Path) -> Finding:
    """Return the finding for the first directory on the way that does not let this user in."""
    for directory in reversed(path.parents):
        if os.path.isdir(directory) and not may(directory, os.X_OK):
            return _shut(directory, directory.stat(), "directory")
    return of_files(path, "error", "You may not look at it.", f"namei -l {quoted(path)}")


def _behind_file(path: Path) -> Finding:
    for parent in reversed(path.parents):
        if os.path.lexists(parent) and not os.path.isdir(parent):
            return of_files(parent, "error", "It is not a directory.", _aside(parent))
    return of_files(path, "error", "A part of it is no directory.", f"namei -l {quoted(path)}")


def _unknown(path: Path, error: OSError) -> Finding:
    reason = error.strerror or type(error).__name__
    message = f"It could not be looked at: {reason}."
    return of_files(path, "error", message, f"namei -l {quoted(path)}")


def _closed(path: Path, status: os.stat_result, kind: Kind, fix: bool) -> Finding | None:
    """Return the finding for something that its own user, or its user as well, may not use."""
    if not may(path, _READ[kind]):
        found = _shut(path, status, kind)
    elif _WRITTEN[kind] and _is_kept_from_writing(path, status):
        found = _unwritable(path, status, kind)
    else:
        return None
    if fix and status.st_uid == os.getuid():
        path.chmod(stat.S_IMODE(status.st_mode) | _PRIVATE[kind])
        return found.model_copy(update={"is_fixed": may(path, _READ[kind])})
    return found


def _is_kept_from_writing(path: Path, status: os.stat_result) -> bool:
    """Return whether owner or mode are the reason, and not a file system that is read-only."""
    has_right = status.st_uid == os.getuid() and status.st_mode & stat.S_IWUSR
    return not has_right and not may(path, os.W_OK)


def _shut(path: Path, status: os.stat_result, kind: Kind) -> Finding:
    if status.st_uid == os.getuid():
        return of_files(path, "error", "It is closed to you, who own it.", _opened(path, kind))
    message = f"It belongs to {owner(status)}, and is closed to you."
    return of_files(path, "error", message, take_over(path, status, kind))


def _unwritable(path: Path, status: os.stat_result, kind: Kind) -> Finding:
    if status.st_uid == os.getuid():
        return of_files(path, "warning", "Nothing can be stored in it.", _opened(path, kind))
    message = f"It belongs to {owner(status)}: you can store nothing in it."
    return of_files(path, "warning", message, take_over(path, status, kind))


def _opened(path: Path, kind: Kind) -> str:
    return f"chmod u+{'rwx' if kind == 'directory' else 'rw'} {quoted(path)}"


def _open(path: Path, status: os.stat_result, kind: Kind, fix: bool) -> Finding:
    """Return who else may read or write something; only what is this user's is closed to them."""
    excess = stat.S_IMODE(status.st_mode) & (0o007 if is_own_group(path, status) else 0o077)
    if not excess:
        return of_files(path, "ok", "It is private.")
    writable, private = bool(excess & 0o022), _PRIVATE[kind]
    message = f"Other users may {'write' if writable else 'read'} it."
    command = chmod_command(path, private)
    if (mount := mount_of(path)) is not None and not mount.keeps_modes:
        return _without_modes(path, mount, writable=writable)
    if status.st_uid != os.getuid():
        command = f"sudo chown $(id -u) {quoted(path)} && {command}"
    found = of_files(path, "error" if writable else "warning", message, command)
    is_fixed = fix and status.st_uid == os.getuid() and _is_set(path, private)
    return found.model_copy(update={"is_fixed": is_fixed})


def _without_modes(path: Path, mount: Mount, *, writable: bool) -> Finding:
    """Return the finding for what a file system opens to others, which is itself found once."""
    if not writable:
        return of_files(path, "ok", f"It is as private as {mount.kind} can keep it.")
    return of_files(
        path,
        "error",
        f"Other users may write it, since {mount.kind} keeps no modes.",
        f"Mount {mount.point} with umask=077, or set MP_STORAGE_DIR to a directory elsewhere.",
    )


def _is_set(path: Path, mode: int) -> bool:
    """Set a mode, and return whether it is in force: some file systems know none."""
    path.chmod(mode)
    return stat.S_IMODE(path.stat().st_mode) == mode


def may(path: Path, access: int) -> bool:
    """Return whether this user may read, write or enter a path."""
    acts_as_user = os.access in os.supports_effective_ids
    return os.access(path, access, effective_ids=acts_as_user)


def _aside(path: Path) -> str:
    """Return what a person types to put something aside, where nothing is lost."""
    return f"mv {quoted(path)} {quoted(path.with_name(f'{path.name}.aside'))}"
