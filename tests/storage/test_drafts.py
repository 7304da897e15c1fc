"""Drafts: room before it is needed, and no longer wanted when their file was deleted."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from mp_core._storage import files
from mp_core._storage.drafts import drafted, drafts_of
from tests.support.private_files import NEW, OLD, made, mode

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return made(tmp_path / "tokens.json")


def test_h72_a_draft_has_its_room_on_the_disk_before_it_is_written(path: Path) -> None:
    with drafted(path, room=5000) as draft:
        [temporary] = drafts_of(path)
        assert (temporary.stat().st_size, mode(temporary)) == (5000, 0o600)
        draft.put(NEW)
    assert path.read_text() == NEW
    assert drafts_of(path) == []


def test_a_draft_that_is_not_put_leaves_nothing(path: Path) -> None:
    with drafted(path, room=10):
        pass
    assert (path.read_text(), os.listdir(path.parent)) == (OLD, [path.name])


def test_a_draft_whose_file_was_deleted_does_not_bring_it_back(path: Path) -> None:
    with drafted(path) as draft:
        assert not draft.is_withdrawn()
        assert files.delete(path)
        assert draft.is_withdrawn()
        with pytest.raises(FileNotFoundError):
            draft.put(NEW)
    assert os.listdir(path.parent) == []


def test_h73_a_deletion_removes_the_drafts_of_its_file_alone(path: Path) -> None:
    mine = made(path.with_name(".tokens.json.mp-tmp-0123"))
    other = made(path.with_name(".me.json.mp-tmp-0123"))
    assert files.delete(path)
    assert (mine.exists(), other.exists()) == (False, True)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_h77_a_directory_that_cannot_be_synced_is_no_failure(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    files.write_private(path, NEW)
    assert path.read_text() == NEW
    files.write_private(path.parent / "new" / "file", NEW)
    assert files.delete(path)
