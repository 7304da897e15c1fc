"""Owner-only reads and atomic, durable writes of small private files.

A file that holds a credential is trusted when it is a regular file of this user (or of root) that
nobody else may write. Writes follow this user's symbolic link to the file it names and replace that
file: temporary file in the same directory, of mode 0600 whatever the umask, fsync, rename, fsync of
the directory.
"""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from mp_core._storage.directories import CLOEXEC, make_private_dir, sync_dir
from mp_core._storage.drafts import Draft, drafted, place, remove_drafts
from mp_core.errors import ConfigError, CredentialWarning

MAX_SIZE = 64 * 1024 * 1024
"""Largest file that is read, in bytes."""


def read_private(path: Path, max_size: int = MAX_SIZE) -> str | None:
    """Return a private file's text, or None when there is no such file.

    A place that this user may not even look into holds no file of theirs, which is warned of: with
    the home of another user, what the environment holds is still of use. Warns, too, when others
    may read the file; the next write tightens that.

    Raises:
        ConfigError: It is not a regular file, belongs to someone else, may be written by others,
            cannot be read, or is not UTF-8.
    """
    try:
        file = _open(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if isinstance(error, PermissionError) and stamp(path) is None:
            _warn_out_of_reach(path)
            return None
        raise unreadable(path, error.strerror or "it cannot be opened") from None
    with file:
        _check_trust(path, os.fstat(file.fileno()))
        return _text(path, file, max_size)


def _warn_out_of_reach(path: Path) -> None:
    warnings.warn(
        f"{path} is out of reach, as if it did not exist: you may not look into its directory.",
        CredentialWarning,
        stacklevel=4,
    )


def read_mounted(path: Path, max_size: int) -> str:
    """Return the text of a file that the user named, whoever owns it; warn if others may read it.

    Raises:
        ConfigError: It cannot be read, is not a regular file, is too large, or is not UTF-8.
    """
    try:
        file = _open(path)
    except OSError as error:
        raise unreadable(path, error.strerror or "it cannot be opened") from None
    with file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise unreadable(path, "it is not a regular file")
        if status.st_mode & 0o077 or status.st_uid != os.getuid():
            warnings.warn(
                f"{path} is not closed to other users; it is trusted because it was named.",
                CredentialWarning,
                stacklevel=3,
            )
        return _text(path, file, max_size)


def _open(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | CLOEXEC)
    try:
        return open(descriptor, "rb")
    except OSError:  # It is a directory.
        os.close(descriptor)
        raise


def _text(path: Path, file: BinaryIO, max_size: int) -> str:
    try:
        data = file.read(max_size + 1)
    except OSError as error:
        raise unreadable(path, error.strerror or "it cannot be read") from None
    if len(data) > max_size:
        raise unreadable(path, "it is too large")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise unreadable(path, f"byte {error.start} is not UTF-8") from None


def read_unjudged(path: Path) -> str | None:
    """Return a file's text to those who do not trust it; None where there is none to be had.

    Nothing is said of who else may read or write it.
    """
    try:
        file = _open(path)
    except OSError:
        return None
    with file:
        try:
            is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            return _text(path, file, MAX_SIZE) if is_file else None
        except ConfigError:
            return None


def _check_trust(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise unreadable(path, "it is not a regular file")
    if os.name == "nt":
        return
    if status.st_uid not in (os.getuid(), 0):
        raise unreadable(path, "it belongs to another user", hint=f"Run: {chown_command(path)}")
    if status.st_mode & 0o022:
        raise unreadable(path, "other users may write it", hint=f"Run: {chmod_command(path)}")
    if status.st_mode & 0o044:
        warnings.warn(
            f"{path} may be read by other users; the next write makes it private. To do it now,"
            f" run: {chmod_command(path)}",
            CredentialWarning,
            stacklevel=4,
        )


def unreadable(path: Path, reason: str, *, hint: str | None = None) -> ConfigError:
    """Return the error for a file that exists and cannot be used."""
    return ConfigError(
        f"{path} cannot be used: {reason}.",
        hint=hint or f"Look at the file: ls -l {quoted(path)}",
        details={"path": str(path)},
    )


def chmod_command(path: Path, mode: int = 0o600) -> str:
    """Return what a person types to close a path to other users."""
    return f"chmod {mode:o} {quoted(path)}"


def chown_command(path: Path) -> str:
    """Return what a person types to take over a path that belongs to another user."""
    return f"sudo chown $(id -u) {quoted(path)}"


def quoted(path: Path) -> str:
    """Return a path as a shell takes it, whatever its name."""
    import shlex

    return shlex.quote(str(path))


def folds_case(path: Path) -> bool:
    """Return whether the file system of an existing file takes names in any case for the same."""
    twin = path.with_name(path.name.swapcase())
    try:
        return path.name != twin.name and os.path.samefile(path, twin)
    except OSError:
        return False


def stamp(path: Path) -> tuple[int, int, int, int] | None:
    """Return what identifies this version of a file, or None when it does not exist.

    Replacing a file by rename changes the inode, so that two writes within one clock tick differ.
    """
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size


def write_private(path: Path, text: str, *, beside: Draft | None = None) -> None:
    """Replace a file by one with this text, owner-only, atomically and durably.

    The caller holds the file's lock, and may have a draft beside it. Directories that are missing
    are made with mode 0700; those that exist keep theirs.

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


def delete(path: Path) -> bool:
    """Remove a file durably, with its drafts; return whether there was anything.

    Drafts go first: what a writer puts in place before that is removed as well.

    Raises:
        ConfigError: It is there and cannot be removed.
    """
    had_drafts = remove_drafts(path)
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return had_drafts
    except OSError as error:
        raise unwritable(path, error) from None
    sync_dir(path.parent)
    return True


def unwritable(path: Path, error: OSError) -> ConfigError:
    """Return the error for a file that could not be written or removed."""
    return ConfigError(
        f"{path} could not be written: {error.strerror or type(error).__name__}.",
        hint="Check the directory's owner and free space, or set MP_STORAGE_DIR to another one.",
        details={"path": str(path)},
    )
