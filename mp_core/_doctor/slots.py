"""Whether what is stored of one account is private, whole and free to be used."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from mp_core._doctor import places, quarantine
from mp_core._doctor.drafts import draft_findings
from mp_core._doctor.finding import Finding, is_sound
from mp_core._doctor.isolation import isolated
from mp_core._doctor.locks import lock_findings
from mp_core._doctor.mounted import mount_findings
from mp_core._storage import files
from mp_core.errors import ConfigError


def slot_findings(root: Path, directory: Path, fix: bool) -> Iterator[Finding]:
    """Look at one account's directory: tokens, client registration, cache, locks, drafts."""
    found = places.examined(directory, "directory", fix)
    if found is None:
        return
    yield found
    if not places.is_open(directory):
        return
    for name in sorted(os.listdir(directory)):
        path = directory / name
        if path.suffix == ".json":
            yield from isolated("files", str(path), partial(_file, root, path, fix))
        elif path.suffix == ".lock":
            yield from isolated("files", str(path), partial(_lock, path, fix))
    yield from draft_findings(directory, fix)


def _file(root: Path, path: Path, fix: bool) -> Iterator[Finding]:
    if not path.is_file():
        yield quarantine.moved(root, path, "It is not a file.", fix)
        return
    found = places.examined(path, "file", fix)
    if found is None:
        return
    yield found
    if is_sound(found):
        yield from mount_findings(path)
    if is_sound(found) and not _is_json_object(path):
        yield quarantine.moved(root, path, "It is corrupt.", fix)


def _lock(path: Path, fix: bool) -> Iterator[Finding]:
    yield from lock_findings(path.with_suffix(""), fix)


def _is_json_object(path: Path) -> bool:
    """Return whether a file holds what it should, or is gone by now.

    Raises:
        OSError: It cannot be read at all.
    """
    try:
        with path.open("rb") as file:
            file.read(1)
        text = files.read_private(path)
        return text is None or isinstance(json.loads(text), dict)
    except FileNotFoundError:
        return True
    except (ConfigError, ValueError, RecursionError):
        return False
