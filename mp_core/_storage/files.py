"""Owner-only reads and atomic, durable writes of small private files.

A file that holds a credential is trusted when it is a regular file of this user (or of root) that
nobody else may write. Writes follow this user's symbolic link to the file it names and replace that
file: temporary file in the same directory, of mode 0600 whatever the umask, fsync, rename, fsync of
the directory.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path

from mp_core._storage.commands import ELSEWHERE, chmod_command, copy_command, iconv_command, quoted
from mp_core._storage.contents import contents, opened
from mp_core._storage.directories import make_private_dir, sync_dir
from mp_core._storage.drafts import Draft, drafted, place, remove_drafts
from mp_core._storage.failures import explained
from mp_core._storage.journal import UnfinishedError
from mp_core._storage.mounts import mount_of
from mp_core._storage.text import NotTextError, decoded, unmarked
from mp_core._storage.trust import foreign, is_own_group, is_trusted_owner
from mp_core._warning import warn
from mp_core.errors import ConfigError

MAX_SIZE = 64 * 1024 * 1024
"""Largest file that is read, in bytes."""


def read_private(path: Path, max_size: int = MAX_SIZE) -> str | None:
    """Return a private file's text without its mark, or None when there is no such file.

    A place that this user may not even look into holds no file of theirs, which is warned of: with
    the home of another user, what the environment holds is still of use. Warns, too, when others
    may read the file; the next write tightens that.

    Raises:
        ConfigError: It is not a regular file, belongs to someone else, may be written by others,
            cannot be read, or is not UTF-8.
    """
    text = read_marked(path, max_size)
    return text and unmarked(text)[1]


def read_marked(path: Path, max_size: int = MAX_SIZE) -> str | None:
    """Return a private file's text as `read_private` does, with the byte order mark it may have.

    Raises:
        ConfigError: As there.
    """
    try:
        file = opened(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if isinstance(error, PermissionError) and stamp(path) is None:
            _warn_out_of_reach(path)
            return None
        raise unreadable(path, error.strerror or "it cannot be opened") from None
    with file:
        status = os.fstat(file.fileno())
        _check_trust(path, status)
        return _text(path, file, status, max_size)


def _warn_out_of_reach(path: Path) -> None:
    warn(
        f"{path} is out of reach, as if it did not exist: you may not look into its directory.",
        stacklevel=4,
    )


def read_mounted(path: Path, max_size: int) -> str:
    """Return the text of a file that the user named, whoever owns it; warn if others may read it.

    Raises:
        ConfigError: It cannot be read, is not a regular file, is too large, or is not UTF-8.
    """
    try:
        file = opened(path)
    except OSError as error:
        raise unreadable(path, error.strerror or "it cannot be opened") from None
    with file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise unreadable(path, "it is not a regular file")
        if status.st_mode & 0o077 or status.st_uid != os.getuid():
            warn(
                f"{path} is not closed to other users; it is trusted because it was named.",
                stacklevel=3,
            )
        return unmarked(_text(path, file, status, max_size))[1]


def _text(path: Path, file: FileIO, status: os.stat_result, max_size: int) -> str:
    try:
        data = contents(file, status, max_size + 1)
        if len(data) > max_size:
            raise unreadable(path, "it is too large")
        return decoded(data)
    except OSError as error:
        raise unreadable(path, error.strerror or "it cannot be read") from None
    except UnfinishedError as error:
        hint = f"See what is left of it: less {quoted(path)} · then write it anew, or remove it"
        raise unreadable(path, str(error), hint=hint) from None
    except NotTextError as error:
        raise unreadable(path, str(error), hint=_as_utf8(path, error)) from None


def _as_utf8(path: Path, error: NotTextError) -> str | None:
    if error.encoding is None:
        return None
    command = iconv_command(path, error.encoding)
    return f"Run: {command}" if error.is_certain else f"If it is {error.encoding}, run: {command}"


def read_unjudged(path: Path, max_size: int = MAX_SIZE) -> str | None:
    """Return a file's text to those who do not trust it; None where there is none to be had.

    Nothing is said of who else may read or write it.
    """
    try:
        file = opened(path)
    except OSError:
        return None
    with file:
        status = os.fstat(file.fileno())
        try:
            is_file = stat.S_ISREG(status.st_mode)
            return unmarked(_text(path, file, status, max_size))[1] if is_file else None
        except ConfigError:
            return None


def _check_trust(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise unreadable(path, "it is not a regular file")
    if os.name == "nt":
        return
    if not is_trusted_owner(status.st_uid):
        reason, remedy = foreign(path, status.st_uid)
        raise unreadable(path, reason, hint=remedy)
    if status.st_mode & 0o022:
        _check_writers(path, status)
    elif status.st_mode & 0o044:
        _warn_of_readers(path)


def _check_writers(path: Path, status: os.stat_result) -> None:
    if status.st_mode & 0o002 or not is_own_group(path, status):
        reason = "other users may write it"
        raise unreadable(path, reason, hint=_closing(path, status.st_uid))
    warn(
        f"{path} may be written by group {status.st_gid}. It is trusted, since that is a group of"
        " this process alone, which the volume was given to.",
        stacklevel=5,
    )


def _warn_of_readers(path: Path) -> None:
    mount = mount_of(path)
    is_closed_later = mount is None or mount.keeps_modes
    then = "; the next write makes it private. To do it now, run: " if is_closed_later else ". "
    way = chmod_command(path) if is_closed_later else _closing(path, os.getuid())
    warn(f"{path} may be read by other users{then}{way}", stacklevel=5)


def _closing(path: Path, uid: int) -> str:
    """Return how to close a file to others, where modes can be changed and where they cannot."""
    mount = mount_of(path)
    if mount is not None and not mount.keeps_modes:
        return (
            f"The file system at {mount.point} ({mount.kind}) keeps no modes: mount it with"
            f" umask=077 (cifs: file_mode=0600,dir_mode=0700), {ELSEWHERE}"
        )
    if uid == os.getuid() or os.getuid() == 0:
        return f"Run: {chmod_command(path)}"
    return f"Run: sudo {chmod_command(path)} · or use a copy: {copy_command(path)}"


def unreadable(path: Path, reason: str, *, hint: str | None = None) -> ConfigError:
    """Return the error for a file that exists and cannot be used."""
    return ConfigError(
        f"{path} cannot be used: {reason}.",
        hint=hint or f"Look at the file: ls -l {quoted(path)}",
        details={"path": str(path)},
    )


def folds_case(path: Path) -> bool:
    """Return whether the file system of an existing file takes names in any case for the same."""
    twin = path.with_name(path.name.swapcase())
    try:
        return path.name != twin.name and os.path.samefile(path, twin)
    except OSError:
        return False


def stamp(path: Path) -> tuple[int, int, int, int] | None:
    """Return what identifies this version of a file, or None when it does not exist.

    Replacing a file by rename changes the inode, so that two writes within one clock tick differ;
    writing it in place gives it a time that no clock tick has.
    """
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size


def write_private(path: Path, text: str, *, beside: Draft | None = None) -> None:
    """Replace a file by one with this text, owner-only, atomically and durably.

    The caller holds the file's lock, and may have a draft beside it. Directories that are missing
    are made with mode 0700; those that exist keep theirs. What cannot be replaced is written where
    it is.

    Raises:
        ConfigError: The file cannot be written; the old one is unchanged.
    """
    try:
        real = place(path)
        make_private_dir(real.parent)
        with drafted(real, beside=beside) as draft:
            draft.put(text)
    except OSError as error:
        raise unwritable(path, error) from None
    except UnicodeEncodeError:
        raise _unspeakable(path) from None


def _unspeakable(path: Path) -> ConfigError:
    return ConfigError(
        f"{path} was not written: what is to be stored holds characters that are none in UTF-8.",
        hint="Type it again; it may come from a terminal or a program with another encoding.",
        details={"path": str(path)},
    )


@contextmanager
def way_back(path: Path, text: str) -> Iterator[Draft]:
    """Have what a file holds at hand, with room on the disk, so that it can be put back.

    Raises:
        ConfigError: There is no room for it.
    """
    with ExitStack() as held:
        try:
            back = held.enter_context(drafted(path, room=len(text.encode("utf-8"))))
        except OSError as error:
            raise unwritable(path, error) from None
        yield back


def delete(path: Path, *, beside: Draft | None = None) -> bool:
    """Remove a file durably, with its drafts; return whether there was anything.

    Drafts go first: what a writer puts in place before that is removed as well. A draft of the
    caller's own stays.

    Raises:
        ConfigError: It is there and cannot be removed, or somebody else decides what it is.
    """
    had_any = False
    try:
        had_any = remove_drafts(path, beside)
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return had_any
    except OSError as error:
        raise unwritable(path, error) from None
    sync_dir(path.parent)
    return True


def unwritable(path: Path, error: OSError) -> ConfigError:
    """Return the error for a file that could not be written or removed."""
    reason, remedy = explained(path, error)
    return ConfigError(
        f"{path} could not be written: {reason}.", hint=remedy, details={"path": str(path)}
    )
