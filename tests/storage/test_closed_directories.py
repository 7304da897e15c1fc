"""Files in a directory where this user can make nothing are written where they are."""

from __future__ import annotations

import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mp_core._storage import files
from mp_core._storage.in_place import overwrite
from mp_core._storage.locks import LockBusyError, locked
from mp_core.errors import ConfigError
from tests.support.child_processes import SOMEONE, apart, in_child, killed_at, needs_root
from tests.support.private_files import NEW, OLD, made

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="owners of files are POSIX's"),
    # The children here touch neither threads nor locks of the parent.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]

BELOW = f"_storage{os.sep}"


def limited(size: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))


@pytest.fixture
def closed() -> Iterator[Path]:
    """A file of somebody in a directory of root's, where they can make nothing."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    path = made(place / "config.toml")
    os.chown(path, SOMEONE, -1)
    yield path
    shutil.rmtree(place)


@needs_root
def test_h85_a_file_in_a_directory_that_is_closed_is_written_in_place(closed: Path) -> None:
    def work() -> None:
        os.setuid(SOMEONE)
        with locked(closed):
            with pytest.raises(LockBusyError), locked(closed, timeout_s=0):
                raise AssertionError("The lock was had twice.")
            with files.way_back(closed, OLD) as back:
                files.write_private(closed, NEW, beside=back)
                assert files.read_private(closed) == NEW
                back.put(OLD)
            assert files.read_private(closed) == OLD
            files.write_private(closed, NEW)
        with locked(closed, timeout_s=0):
            assert files.read_private(closed) == NEW

    assert in_child(work) == 0
    assert (closed.read_text(), os.listdir(closed.parent)) == (NEW, [closed.name])


@needs_root
def test_h85_a_limit_in_the_middle_of_a_write_in_place_keeps_the_old_text(closed: Path) -> None:
    def work() -> None:
        os.setuid(SOMEONE)
        limited(len(OLD) + 100)
        with pytest.raises(ConfigError, match="could not be written: File too large") as caught:
            files.write_private(closed, NEW)
        assert "ulimit -f" in str(caught.value.hint)
        assert files.read_private(closed) == OLD

    assert in_child(work) == 0
    assert closed.read_text() == OLD


def killed_in_a_closed_directory(path: Path) -> list[tuple[str | None, bool]]:
    """Let somebody write who is killed at each moment; return what is read then, and after it."""

    def write() -> None:
        os.setuid(SOMEONE)
        files.write_private(path, NEW)

    seen: list[tuple[str | None, bool]] = []
    while killed_at(len(seen), write, below=BELOW):
        os.chown(path, 0, -1)
        os.utime(path, (1, 1))  # Nobody is waited for who wrote so long ago.
        read = files.read_private(path)
        overwrite(path, b"after")
        seen.append((read, path.read_bytes() == b"after"))
        path.write_text(OLD)
        os.chown(path, SOMEONE, -1)
    return seen


@needs_root
@pytest.mark.sweep
def test_h85_a_writer_killed_at_any_moment_leaves_the_old_text_or_the_new_one(closed: Path) -> None:
    seen = apart(killed_in_a_closed_directory, closed)
    first_new = seen.index((NEW, True))
    assert 10 < first_new < len(seen) - 5
    assert seen == [(OLD, True)] * first_new + [(NEW, True)] * (len(seen) - first_new)
