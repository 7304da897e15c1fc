"""What a file that is written where it is holds when a sync ends, or fails."""

from __future__ import annotations

import errno
import os
from itertools import count
from pathlib import Path

import pytest

from mp_core._storage import files, in_place
from mp_core._storage.journal import text_in
from tests.support.private_files import NEW, OLD, made


@pytest.mark.parametrize("failing", range(1, 6))
@pytest.mark.parametrize("new", [NEW, "short", "", OLD + "more"])
def test_h85_a_sync_that_fails_brings_the_old_text_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int, new: str
) -> None:
    path = made(tmp_path / "config.toml")
    syncs, sync = count(1), os.fsync

    def fail(descriptor: int) -> None:
        if next(syncs) == failing:
            raise OSError(errno.EIO, "Input/output error")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    try:
        in_place.overwrite(path, new.encode())
        left = new
    except OSError:
        left = OLD
    assert files.read_private(path) == left
    assert path.stat().st_size == len(left)


@pytest.mark.parametrize("old", [OLD, ""])
def test_h85_what_a_reader_finds_at_a_sync_is_one_of_both_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str
) -> None:
    path = made(tmp_path / "config.toml", old)
    found, sync = [], os.fsync

    def look(descriptor: int) -> None:
        sync(descriptor)
        found.append(text_in(path.read_bytes()).decode())

    monkeypatch.setattr(os, "fsync", look)
    in_place.overwrite(path, NEW.encode())
    assert found == [old or "\n", *[NEW] * 4]
