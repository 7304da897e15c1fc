"""Every refusal of the system is told with the way out that fits it."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mp_core._storage import files
from mp_core._storage.mounts import mount_of
from mp_core.errors import ConfigError
from tests.support.child_processes import SOMEONE, in_child, needs_root
from tests.support.own_mounts import among_own_mounts, bind, fill, needs_mounts, tmpfs
from tests.support.private_files import NEW, made

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="limits and mounts are POSIX's"),
    # The children here touch neither threads nor locks of the parent.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that everybody can look into."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


def refused(path: Path) -> ConfigError:
    with pytest.raises(ConfigError, match="could not be written") as caught:
        files.write_private(path, NEW)
    assert "export MP_STORAGE_DIR=DIR" in str(caught.value.hint)
    return caught.value


@needs_mounts
def test_h85_a_full_disk_is_told_with_what_shows_its_room(place: Path) -> None:
    def work() -> None:
        tmpfs(place, "size=64k")
        fill(place)
        error = refused(place / "new" / "file")
        assert "No space left" in error.message
        assert f"df -h {place}" in str(error.hint)

    assert among_own_mounts(work) == 0


@needs_mounts
def test_h85_a_read_only_disk_is_told_with_its_mount(place: Path) -> None:
    (place / "a").mkdir(mode=0o700)

    def work() -> None:
        bind(place, place, read_only=True)
        hint = str(refused(place / "a" / "file").hint)
        command = hint.removeprefix("Mount it to be written to: sudo ").partition(" (")[0]
        assert command == f"mount -o remount,rw {place}"

    assert among_own_mounts(work) == 0


@needs_root
def test_h85_a_directory_of_ones_own_that_is_closed_is_told_with_the_command_that_opens_it(
    place: Path,
) -> None:
    mine = place / "mine"
    mine.mkdir(mode=0o500)
    os.chown(mine, SOMEONE, -1)

    def work() -> None:
        os.setuid(SOMEONE)
        hint = str(refused(mine / "below" / "file").hint)
        command = hint.removeprefix("Run: ").partition(" · ")[0]
        assert command == f"chmod u+rwx {mine}"
        subprocess.run(command, shell=True, check=True, timeout=60)
        files.write_private(mine / "below" / "file", NEW)

    assert in_child(work) == 0


@needs_root
def test_h85_nobody_is_told_to_take_a_directory_of_the_system_s(place: Path) -> None:
    def work() -> None:
        os.setuid(SOMEONE)
        hint = str(refused(place / "file").hint)
        assert hint.startswith(f"{place} is the system's · ")
        assert "chown" not in hint

    assert in_child(work) == 0


def test_h85_a_file_in_the_way_is_named(place: Path) -> None:
    in_the_way = made(place / "file")
    assert f"ls -ld {in_the_way}" in str(refused(in_the_way / "below").hint)


def test_h85_a_name_that_is_too_long_is_told_as_such(place: Path) -> None:
    assert "too long" in str(refused(place / ("x" * 300)).hint)


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [(resource.RLIMIT_FSIZE, 10, "ulimit -f"), (resource.RLIMIT_NOFILE, 0, "ulimit -n")],
)
def test_h85_a_limit_is_told_with_the_command_that_lifts_it(
    place: Path, limit: int, value: int, said: str
) -> None:
    def work() -> None:
        made(place / "file", "old")
        before = resource.getrlimit(limit)
        resource.setrlimit(limit, (value, before[1]))
        try:
            files.write_private(place / "file", NEW)
        except ConfigError as error:
            hint = error.hint
        resource.setrlimit(limit, before)
        assert said in str(hint)

    assert in_child(work) == 0
    assert (place / "file").read_text() == "old"


@needs_mounts
@pytest.mark.parametrize("name", ["plain", "a b\\c\té"])
def test_a_mount_is_found_whatever_its_name(place: Path, name: str) -> None:
    def work() -> None:
        for number in range(2):  # The second hides the first.
            (place / name).mkdir(exist_ok=True)
            tmpfs(place / name, f"size={number + 1}m")
        found = mount_of(place / name / "below" / "file")
        assert found == (place / name, "tmpfs", False)

    assert among_own_mounts(work) == 0
