"""Whom a place belongs to: what leads to a file of ours must be this user's or root's.

Whoever owns a link on the way to a file, or a directory from the storage root on, or may rename
what is in such a directory, says what the file is. So each of them is looked at before a secret is
written or something is deleted. Directories above the root are often somebody else's, or open to
all: the checkout of a CI job, the home that a container is given, the disk of a project. What
others put there in the place of a root is theirs, and refused. What is above the home directory
that the system gives this user is left out, too: whoever owns that owns the user. Between the look
and the write, a directory that others may write to can still be changed; the new file is of mode
0600 wherever it goes, and what comes to stand in its place is somebody else's, and refused.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final, NamedTuple

from mp_core._storage.commands import ELSEWHERE, chmod_command, chown_command
from mp_core._storage.mounts import is_mount_point
from mp_core._storage.paths import root_of, user_home

NOBODY: Final = 65534
"""Whom Linux names as the owner of what belongs to nobody in a user namespace."""

_MOST_LINKS: Final = 40


class UntrustedPlaceError(PermissionError):
    """Somebody else decides what a path leads to.

    Attributes:
        remedy: What a person does about it.
    """

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(errno.EPERM, reason)
        self.remedy = remedy


class _Step(NamedTuple):
    path: str
    status: os.stat_result

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.status.st_mode)


def checked(path: Path) -> Path:
    """Return where a path leads to, with every link followed, if it is trusted to lead there.

    Raises:
        UntrustedPlaceError: A link on the way, or a directory from the root on, belongs to somebody
            else, or others may replace what is in it.
        OSError: It leads in circles, through a file, or through a directory that is closed.
    """
    if os.name == "nt":
        return Path(os.path.realpath(path))
    steps, to_root = list[_Step](), list[_Step]()
    real, root = Path(_followed(path, steps)), root_of(path)
    _followed(root, to_root)
    first = len(to_root) - root.is_dir()
    steps = [step for step in steps if step.is_link or stat.S_ISDIR(step.status.st_mode)]
    for index, step in enumerate(steps):
        if index >= first or step.is_link:
            _check_step(step, is_above=_is_above_own(steps, index))
    return real


def refusal(path: Path) -> UntrustedPlaceError | None:
    """Return why nothing is written or deleted at a path, if whom it belongs to is the reason."""
    try:
        checked(path)
    except UntrustedPlaceError as error:
        return error
    except OSError:
        return None
    return None


def is_trusted_owner(uid: int) -> bool:
    """Return whether what belongs to a user is as good as this user's own: theirs, or root's."""
    return uid in (os.getuid(), 0)


def foreign(path: Path, uid: int) -> tuple[str, str]:
    """Return what is said of a path that belongs to somebody else, and what to do about it."""
    if uid == NOBODY:
        return (
            "it belongs to another user: to nobody, as what is of another container, or of root on"
            " a network disk",
            f"Run as the user who owns it (podman: --userns=keep-id) · {ELSEWHERE}",
        )
    if os.getuid() == 0:
        return (
            "it belongs to another user, and root has own files",
            f"Act as its owner: sudo -u '#{uid}' -H … · or take it over: {chown_command(path)}"
            " · or use root's own: export MP_STORAGE_DIR=/root/.mp",
        )
    return (
        "it belongs to another user",
        f"Run: {chown_command(path)} · {ELSEWHERE}",
    )


def is_own_group(path: Path, status: os.stat_result) -> bool:
    """Return whether a file's group is this process's alone, as the platform of a volume gives it.

    Kubernetes (`fsGroup`) lets the files of a volume be written by a group that it gives to the
    processes of one pod. Such a group is one of this process, and nobody else is named as its
    member; and the file lies in a volume, not on the disk of the system, where `chmod` is the way.
    """
    gid = status.st_gid
    if gid == 0 or gid not in (os.getegid(), *os.getgroups()) or not _holds_nobody_else(gid):
        return False
    return status.st_dev != os.stat("/").st_dev


def _holds_nobody_else(gid: int) -> bool:
    try:
        import grp
        import pwd

        group = grp.getgrgid(gid)
    except ImportError:
        return False
    except KeyError:
        return True
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return False
    return group.gr_name == name and set(group.gr_mem) <= {name}


def _followed(path: Path, steps: list[_Step]) -> str:
    """Return where a path leads to, and note what is on the way, as far as there is anything."""
    here, links = "/", 0
    rest = os.path.join(os.getcwd(), path).split("/")[::-1]
    while rest:
        name = rest.pop()
        if name in ("", ".", ".."):
            here = os.path.dirname(here) if name == ".." else here
            continue
        here, above = os.path.join(here, name), here
        try:
            steps.append(_Step(here, os.lstat(here)))
        except FileNotFoundError:
            continue
        if steps[-1].is_link:
            links += 1
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            target = os.readlink(here)
            here = "/" if target.startswith("/") else above
            rest += target.split("/")[::-1]
    return here


def _check_step(step: _Step, *, is_above: bool) -> None:
    error = None if is_above else _mistrusted(step)
    if error is not None and not _is_above_home(step.path):
        raise error


def _mistrusted(step: _Step) -> UntrustedPlaceError | None:
    path, mode, uid = Path(step.path), step.status.st_mode, step.status.st_uid
    if not is_trusted_owner(uid):
        reason, remedy = foreign(path, uid)
        what = "link" if step.is_link else "directory"
        return UntrustedPlaceError(f"the {what} {path} is not yours: {reason}", remedy)
    is_open = not step.is_link and mode & stat.S_IWOTH and not mode & stat.S_ISVTX
    return _open_to_all(path, uid) if is_open else None


def _open_to_all(path: Path, uid: int) -> UntrustedPlaceError | None:
    """Let a whole volume of root's be written by all: containers are given such ones (emptyDir)."""
    if uid == 0 and is_mount_point(path):
        return None
    way = chmod_command(path, "o-w") if uid == os.getuid() else f"sudo {chmod_command(path, '+t')}"
    reason = f"other users may replace what is in {path}"
    return UntrustedPlaceError(reason, f"Run: {way} · {ELSEWHERE}")


def _is_above_own(steps: list[_Step], index: int) -> bool:
    """Return whether a step belongs to nobody, above everything of this user's or of root's.

    That is how the directories of root look in a user namespace where root is nobody.
    """
    of_nobody = [step.status.st_uid == NOBODY for step in steps]
    return all(of_nobody[: index + 1]) and not all(of_nobody) and _is_in_user_namespace()


def _is_in_user_namespace() -> bool:
    try:
        users = Path("/proc/self/uid_map").read_text("utf-8").split()
    except OSError:
        return False
    return users != ["0", "0", "4294967295"]


def _is_above_home(path: str) -> bool:
    home = os.path.realpath(user_home() or "/")
    return home != path and Path(home).is_relative_to(path)
