"""A disk that fails while a file is written where it is."""

from __future__ import annotations

import errno
import os
from itertools import count
from pathlib import Path

import pytest

from mp_core._storage import files, in_place
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
