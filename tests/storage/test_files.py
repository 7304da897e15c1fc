"""Private files: what a write leaves behind whenever it ends."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mp_core._storage import files
from mp_core._storage.directories import make_private_dir
from mp_core.errors import ConfigError
from tests.support.child_processes import apart, in_child, killed_at
from tests.support.private_files import NEW, OLD, made, mode

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="modes, owners and signals are POSIX's"),
    # The children here touch neither threads nor locks of the parent.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]


def writing_killed_at(moment: int, path: Path) -> bool:
    """Write NEW in a child that is killed at a moment; return whether it was."""
    return killed_at(moment, lambda: files.write_private(path, NEW))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    before = os.umask(0o022)
    os.umask(before)
    yield os.umask
    os.umask(before)


@dataclass(frozen=True)
class Remains:
    """What a killed writer left."""

    text: str
    modes: set[int]
    names: list[str]


def all_killed(path: Path) -> list[Remains]:
    remains: list[Remains] = []
    while writing_killed_at(len(remains), path):
        names = sorted(os.listdir(path.parent))
        modes = {mode(path.parent / name) for name in names}
        remains.append(Remains(path.read_text(), modes, names))
    return remains


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> list[Remains]:
    """What writers left that were killed at each moment, one after the other."""
    return apart(all_killed, made(tmp_path_factory.mktemp("killed") / "config.toml"))


@pytest.mark.sweep
def test_h05_a_writer_killed_at_any_moment_leaves_the_old_file_or_the_new_one(
    killed: list[Remains],
) -> None:
    texts = [remains.text for remains in killed]
    replaced = texts.index(NEW)
    assert 30 < replaced < len(texts)
    assert texts == [OLD] * replaced + [NEW] * (len(texts) - replaced)


@pytest.mark.sweep
def test_no_moment_of_a_write_shows_a_file_to_others(killed: list[Remains]) -> None:
    assert all(remains.modes == {0o600} for remains in killed)


@pytest.mark.sweep
def test_killed_writers_leave_at_most_the_temporary_file_of_the_last(
    killed: list[Remains],
) -> None:
    assert {len(remains.names) for remains in killed} == {1, 2}


def first_writes(path: Path) -> set[str | None]:
    moment = 0
    seen = set()
    while writing_killed_at(moment, path):
        seen.add(path.read_text() if path.exists() else None)
        path.unlink(missing_ok=True)
        moment += 1
    return seen


@pytest.mark.sweep
def test_h05_a_first_write_killed_at_any_moment_leaves_the_whole_file_or_none(
    path: Path,
) -> None:
    assert apart(first_writes, path) == {None, NEW}


def test_a_write_removes_the_temporary_files_of_its_own_file_alone(path: Path) -> None:
    def kill(*arguments: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def write() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "replace", kill)
            files.write_private(path, NEW)

    neighbour = made(path.with_name(".other.toml.mp-tmp-0123"))
    assert os.WIFSIGNALED(in_child(write))
    assert len(os.listdir(path.parent)) == 2
    files.write_private(path, NEW)
    assert sorted(path.parent.iterdir()) == [neighbour, path]


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int]]:
    """What reached the disk, in order: the call, the inode, and the file's size then."""
    entries: list[tuple[str, int, int]] = []
    sync, replace, unlink = os.fsync, os.replace, os.unlink

    def fsync(descriptor: int) -> None:
        status = os.fstat(descriptor)
        sync(descriptor)
        is_dir = stat.S_ISDIR(status.st_mode)
        entries.append(("fsync", status.st_ino, 0 if is_dir else status.st_size))

    def recorded(name: str, call: Callable[..., None]) -> Callable[..., None]:
        def perform(path: Path, *arguments: Any, **options: Any) -> None:
            entries.append((name, os.stat(path).st_ino, 0))
            call(path, *arguments, **options)

        return perform

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", recorded("replace", replace))
    monkeypatch.setattr(os, "unlink", recorded("unlink", unlink))
    return entries


def test_h05_all_data_is_on_the_disk_before_the_rename_and_the_rename_before_the_return(
    path: Path, journal: list[tuple[str, int, int]]
) -> None:
    made(path)
    files.write_private(path, NEW)
    written, directory = path.stat().st_ino, path.parent.stat().st_ino
    assert journal == [
        ("fsync", written, len(NEW)),
        ("replace", written, 0),
        ("fsync", directory, 0),
    ]


def test_h05_a_deletion_is_on_the_disk_before_the_return(
    path: Path, journal: list[tuple[str, int, int]]
) -> None:
    made(path)
    removed, directory = path.stat().st_ino, path.parent.stat().st_ino
    assert files.delete(path)
    assert journal == [("unlink", removed, 0), ("fsync", directory, 0)]


def test_h05_a_new_directory_is_on_the_disk_before_a_file_is_written_into_it(
    tmp_path: Path, journal: list[tuple[str, int, int]]
) -> None:
    path = tmp_path / "a" / "b" / "file"
    files.write_private(path, NEW)
    inodes = {place.stat().st_ino: place.name for place in (path, *path.parents)}
    assert [(call, inodes[inode]) for call, inode, _ in journal] == [
        ("fsync", tmp_path.name),
        ("fsync", "a"),
        ("fsync", "file"),
        ("replace", "file"),
        ("fsync", "b"),
    ]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_h05_a_write_that_fails_leaves_the_old_file_and_no_other(
    path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    made(path)
    monkeypatch.setattr(os, failing, full)
    with pytest.raises(ConfigError, match=r"could not be written: No space left on device") as e:
        files.write_private(path, NEW)
    assert "MP_STORAGE_DIR" in str(e.value.hint)
    assert os.listdir(path.parent) == [path.name]
    assert path.read_text() == OLD


def test_a_text_comes_back_as_it_was_written(path: Path) -> None:
    text = "a\r\nb\n\x01é😀"
    files.write_private(path, text)
    assert files.read_private(path) == text


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o177, 0o777])
def test_files_are_made_with_mode_0600_and_directories_with_0700(
    tmp_path: Path, umask: Callable[[int], int], mask: int
) -> None:
    path = tmp_path / "one" / "two" / "file"
    umask(mask)
    files.write_private(path, NEW)
    assert [mode(place) for place in (path, path.parent, path.parents[1])] == [0o600, 0o700, 0o700]


def test_h06_a_write_leaves_the_umask_and_the_directory_of_the_process_alone(
    path: Path, umask: Callable[[int], int]
) -> None:
    umask(0o027)
    here = Path.cwd()
    files.write_private(path, NEW)
    assert (umask(0o022), Path.cwd()) == (0o027, here)


def test_a_deletion_tells_whether_there_was_a_file(path: Path) -> None:
    assert files.delete(path) is False
    assert files.delete(made(path)) is True
    assert not path.exists()
    assert files.delete(made(path) / "below") is False


def test_a_deletion_that_fails_is_an_error(path: Path) -> None:
    path.mkdir()
    with pytest.raises(ConfigError, match="could not be written"):
        files.delete(path)
    assert path.is_dir()


def test_a_directory_cannot_be_made_below_a_file(path: Path) -> None:
    made(path)
    with pytest.raises(ConfigError, match="could not be written") as caught:
        files.write_private(path / "a" / "file", NEW)
    assert caught.value.details == {"path": str(path / "a" / "file")}
    assert path.read_text() == OLD


def test_a_directory_that_another_process_makes_meanwhile_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mkdir = os.mkdir

    def twice(*arguments: Any, **options: Any) -> None:
        mkdir(*arguments, **options)
        mkdir(*arguments, **options)

    monkeypatch.setattr(os, "mkdir", twice)
    make_private_dir(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_every_write_has_its_own_stamp_and_every_reading_the_same(path: Path) -> None:
    assert files.stamp(path) is None
    stamps = []
    for _ in range(20):
        files.write_private(path, NEW)
        stamps += [files.stamp(path), files.stamp(path)]
        assert files.read_private(path) == NEW
    assert stamps[::2] == stamps[1::2]
    # An inode number may come back, though never for the very next file.
    assert all(one != next_one for one, next_one in zip(stamps[::2], stamps[2::2], strict=False))


def test_the_stamp_of_a_link_is_that_of_the_file(path: Path) -> None:
    link = path.with_name("link")
    link.symlink_to(path)
    files.write_private(path, OLD)
    before = files.stamp(link)
    assert before == files.stamp(path)
    files.write_private(path, NEW)
    assert files.stamp(link) != before
