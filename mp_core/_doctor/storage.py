"""Whether the files are private, whole, and of accounts that exist."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mp_core._doctor.drafts import draft_findings
from mp_core._doctor.finding import Finding, Level
from mp_core._runtime.context import Context
from mp_core._storage import files, paths
from mp_core._storage.directories import make_private_dir
from mp_core._tokens.binding import record_in
from mp_core.errors import ConfigError

_QUARANTINE: Final = "quarantine"
_FIX_ALL: Final = "mp doctor --fix"


def storage_findings(context: Context, *, fix: bool) -> Iterator[Finding]:
    """Look at the configuration file and at everything below the storage root."""
    root = context.root
    if root is None:
        yield _finding(
            "storage",
            "warning",
            "There is no home directory to keep files in.",
            "Set MP_STORAGE_DIR to a directory that you own.",
        )
        return
    try:
        config = paths.config_file(context.env)
        known = set(context.store.read().account_names())
    except ConfigError as error:
        yield _finding("configuration", "error", error.message, error.hint)
        config, known = None, None
    if config is not None and config.exists():
        yield _mode(config, fix)
    if root.is_dir():
        yield from _tree(context, root, known, fix)


def _tree(context: Context, root: Path, known: set[str] | None, fix: bool) -> Iterator[Finding]:
    yield _mode(root, fix)
    for directory in sorted((root / "accounts").glob("*")):
        config = _other_config(context, root, directory)
        if config is not None:
            yield _finding(str(directory), "ok", f"It belongs to the configuration file {config}.")
        elif _is_orphan(directory, known):
            yield _moved(root, directory, f"It belongs to no account {directory.name!r}.", fix)
        else:
            yield from _slot(root, directory, fix)
    for directory in sorted((root / "bridges").glob("*")):
        yield from _slot(root, directory, fix)


def _other_config(context: Context, root: Path, directory: Path) -> Path | None:
    """Return the configuration file that the files of a directory belong to, if it is another."""
    mine = context.binding_of_name(directory.name).config
    named = {record_in(file).get("config") for file in sorted(directory.glob("*.json"))}
    others = sorted(name for name in named if isinstance(name, str) and name != mine)
    return root / others[0] if others else None


def _is_orphan(directory: Path, known: set[str] | None) -> bool:
    is_unknown = known is not None and directory.name not in known
    return is_unknown and _holds_more_than_locks(directory)


def _holds_more_than_locks(path: Path) -> bool:
    """Return whether something is left of an account; its locks stay, since no lock is removed."""
    return not path.is_dir() or any(file.suffix != ".lock" for file in path.glob("*"))


def _slot(root: Path, directory: Path, fix: bool) -> Iterator[Finding]:
    """Look at one account's directory: tokens, client registration, cache."""
    if not directory.is_dir():
        return
    yield _mode(directory, fix)
    for file in sorted(directory.glob("*.json")):
        if not file.is_file():
            yield _moved(root, file, "It is not a file.", fix)
            continue
        yield (found := _mode(file, fix))
        is_trusted = found.level != "error" or found.is_fixed
        if is_trusted and not _is_json_object(file):
            yield _moved(root, file, "It is corrupt.", fix)
    yield from draft_findings(directory, fix)


def _mode(path: Path, fix: bool) -> Finding:
    """Return what is wrong with owner or mode, or that nothing is; a mode can be put right."""
    status = path.stat()
    if status.st_uid not in (os.getuid(), 0):
        command = files.chown_command(path)
        return _finding(str(path), "error", "It belongs to another user.", command)
    private = 0o700 if stat.S_ISDIR(status.st_mode) else 0o600
    excess = stat.S_IMODE(status.st_mode) & 0o077
    if not excess:
        return _finding(str(path), "ok", "It is private.")
    if fix:
        path.chmod(private)
    return Finding(
        check="files",
        subject=str(path),
        level="error" if excess & 0o022 else "warning",
        message=f"Other users may {'write' if excess & 0o022 else 'read'} it.",
        fix=files.chmod_command(path, private),
        is_fixed=fix,
    )


def _is_json_object(path: Path) -> bool:
    try:
        return isinstance(json.loads(files.read_private(path) or ""), dict)
    except (ConfigError, ValueError, RecursionError):
        return False


def _moved(root: Path, path: Path, message: str, fix: bool) -> Finding:
    """Return the finding for something out of place, after moving it if that is wanted."""
    place = _quarantined(root, path) if fix else None
    return Finding(
        check="files",
        subject=str(path),
        level="warning",
        message=message + (f" It was moved to {place}." if place else ""),
        fix=f"{_FIX_ALL} (moves it to {root / _QUARANTINE})",
        is_fixed=fix,
    )


def _quarantined(root: Path, path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    quarantine = root / _QUARANTINE
    make_private_dir(quarantine)
    name = path.relative_to(root).as_posix().replace("/", "-")
    return path.rename(quarantine / f"{stamp}-{name}")


def _finding(subject: str, level: Level, message: str, fix: str | None = None) -> Finding:
    return Finding(check="files", subject=subject, level=level, message=message, fix=fix)
