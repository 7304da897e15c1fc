"""Whether configuration and storage root can be used, and hold what belongs there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from mp_core._doctor import places, quarantine
from mp_core._doctor.drafts import drafts_left
from mp_core._doctor.finding import Finding, Level, is_sound, of_files, typed
from mp_core._doctor.isolation import isolated
from mp_core._doctor.locks import lock_findings
from mp_core._doctor.mounted import mount_findings
from mp_core._doctor.pages import page_findings
from mp_core._doctor.room import room_findings
from mp_core._doctor.slots import slot_findings
from mp_core._doctor.way import way_findings
from mp_core._runtime.context import Context
from mp_core._storage import paths
from mp_core._tokens.binding import record_in
from mp_core._tokens.whereabouts import FILE as NOTE
from mp_core.errors import ConfigError


def storage_findings(context: Context, *, fix: bool) -> Iterator[Finding]:
    """Look at the configuration file and at everything below the storage root."""
    root = context.root
    if root is None:
        yield _about(
            "storage",
            "warning",
            "There is no home directory to keep files in.",
            "Set MP_STORAGE_DIR to a directory that you own.",
        )
    else:
        yield from isolated("files", str(root), partial(way_findings, root))
        found = places.examined(root, "directory", fix)
        if found is not None:
            yield found
            if not places.is_open(root):
                return
    yield from isolated("files", "configuration", partial(_config, context, fix))
    if root is not None and places.is_open(root):
        yield from isolated("files", str(root), partial(_tree, context, root, fix))
    yield from isolated("files", "logins", partial(page_findings, context, fix))
    yield from _rooms(context, root)


def _config(context: Context, fix: bool) -> Iterator[Finding]:
    path = paths.config_file(context.env)
    if path is None:
        return
    found = places.examined(path, "file", fix)
    if found is not None:
        yield found
    yield from lock_findings(path, fix)
    yield from drafts_left(path, fix)
    if found is None or is_sound(found):
        yield from mount_findings(path)
        yield from _unreadable(context, path)


def _unreadable(context: Context, path: Path) -> Iterator[Finding]:
    try:
        context.store.read()
    except ConfigError as error:
        yield of_files(path, "error", error.message, typed(error.hint))


def _tree(context: Context, root: Path, fix: bool) -> Iterator[Finding]:
    known = _known(context)
    for name in ("accounts", "bridges", quarantine.NAME):
        found = places.examined(root / name, "directory", fix)
        if found is not None:
            yield found
        if name != quarantine.NAME and places.is_open(root / name):
            yield from _directory(context, root, root / name, known, fix)


def _rooms(context: Context, root: Path | None) -> Iterator[Finding]:
    """Try each file system that something is stored on, once."""
    config = paths.config_file(context.env)
    places = [
        *([root] if root else ()),
        *([Path(os.path.realpath(config)).parent] if config else ()),
    ]
    places += sorted((root / "accounts").glob("*/")) if root else []
    devices = {os.stat(place).st_dev: place for place in reversed(places) if place.is_dir()}
    for place in reversed(devices.values()):
        yield from isolated("files", str(place), partial(room_findings, place))


def _known(context: Context) -> set[str] | None:
    """Return the names of the accounts, or None where no configuration tells them.

    Its place may be misspelt, or not be mounted yet: what it knows is not to be put aside then.
    """
    path = paths.config_file(context.env)
    if path is None or not os.path.exists(path):
        return None
    try:
        return set(context.store.read().account_names())
    except ConfigError:
        return None


def _directory(
    context: Context, root: Path, parent: Path, known: set[str] | None, fix: bool
) -> Iterator[Finding]:
    owned = known if parent.name == "accounts" else None
    for name in sorted(os.listdir(parent)):
        path = parent / name
        yield from isolated("files", str(path), partial(_entry, context, root, path, owned, fix))


def _entry(
    context: Context, root: Path, directory: Path, known: set[str] | None, fix: bool
) -> Iterator[Finding]:
    config = _other_config(context, root, directory)
    if config is not None:
        yield of_files(directory, "ok", f"It belongs to the configuration file {config}.")
    elif _is_orphan(directory, known):
        message = f"It belongs to no account {directory.name!r}."
        yield quarantine.moved(root, directory, message, fix)
    else:
        yield from slot_findings(root, directory, fix)


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
    """Return whether something is left of an account.

    Its locks stay, since no lock is removed, and so does a note that a store which is switched off
    holds a login from before.
    """
    if not os.path.isdir(path):
        return True
    return any(file.suffix != ".lock" and file.name != NOTE for file in path.glob("*"))


def _about(subject: str, level: Level, message: str, fix: str | None) -> Finding:
    return Finding(check="files", subject=subject, level=level, message=message, fix=fix)
