"""Private files: what is trusted, and what a write leaves behind whenever it ends."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mp_core import files
from mp_core.errors import ConfigError, CredentialWarning
from tests.children import SOMEONE, in_child, killed_at, needs_root

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="modes, owners and signals are POSIX's"),
    # The children here touch neither threads nor locks of the parent.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]
OLD, NEW = "old " * 2000, "new " * 3000


def writing_killed_at(moment: int, path: Path) -> bool:
    """Write NEW in a child that is killed at a moment; return whether it was."""
    return killed_at(moment, lambda: files.write_private(path, NEW))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def made(path: Path, text: str = OLD, *, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


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


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> list[Remains]:
    """What writers left that were killed at each moment, one after the other."""
    path = made(tmp_path_factory.mktemp("killed") / "config.toml")
    remains: list[Remains] = []
    while writing_killed_at(len(remains), path):
        names = sorted(os.listdir(path.parent))
        modes = {mode(path.parent / name) for name in names}
        remains.append(Remains(path.read_text(), modes, names))
    return remains


def test_h05_a_writer_killed_at_any_moment_leaves_the_old_file_or_the_new_one(
    killed: list[Remains],
) -> None:
    texts = [remains.text for remains in killed]
    replaced = texts.index(NEW)
    assert 30 < replaced < len(texts)
    assert texts == [OLD] * replaced + [NEW] * (len(texts) - replaced)


def test_no_moment_of_a_write_shows_a_file_to_others(killed: list[Remains]) -> None:
    assert all(remains.modes == {0o600} for remains in killed)


def test_killed_writers_leave_at_most_the_temporary_file_of_the_last(
    killed: list[Remains],
) -> None:
    assert {len(remains.names) for remains in killed} == {1, 2}


def test_h05_a_first_write_killed_at_any_moment_leaves_the_whole_file_or_none(
    path: Path,
) -> None:
    moment = 0
    seen = set()
    while writing_killed_at(moment, path):
        seen.add(path.read_text() if path.exists() else None)
        path.unlink(missing_ok=True)
        moment += 1
    assert seen == {None, NEW}


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
    text = "a\r\nb\n\x00é😀"
    files.write_private(path, text)
    assert files.read_private(path) == text


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
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


@pytest.mark.parametrize("open_to", [0o644, 0o640, 0o604])
def test_h55_a_file_that_others_may_read_is_reported_and_tightened_by_the_next_write(
    path: Path, open_to: int
) -> None:
    made(path, mode=open_to)
    with pytest.warns(CredentialWarning, match=f"chmod 600 {path}") as caught:
        assert files.read_private(path) == OLD
    assert len(caught) == 1
    assert mode(path) == open_to
    files.write_private(path, NEW)
    assert mode(path) == 0o600
    assert files.read_private(path) == NEW


@pytest.mark.parametrize("open_to", [0o620, 0o602, 0o666])
def test_h55_a_file_that_others_may_write_is_refused(path: Path, open_to: int) -> None:
    made(path, mode=open_to)
    with pytest.raises(ConfigError, match="other users may write it") as caught:
        files.read_private(path)
    assert caught.value.hint == f"Run: chmod 600 {path}"
    assert caught.value.details == {"path": str(path)}


@needs_root
def test_h55_a_file_of_another_user_is_refused(path: Path) -> None:
    os.chown(made(path), SOMEONE, -1)
    with pytest.raises(ConfigError, match="it belongs to another user") as caught:
        files.read_private(path)
    assert "chown" in str(caught.value.hint)


@needs_root
def test_h55_a_file_of_root_is_trusted_by_everyone(tmp_path: Path) -> None:
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    made(place / "file", mode=0o644)

    def read() -> None:
        os.setuid(SOMEONE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CredentialWarning)
            assert files.read_private(place / "file") == OLD

    try:
        assert in_child(read) == 0
    finally:
        shutil.rmtree(place)


@needs_root
def test_a_file_that_the_user_may_not_read_is_an_error_and_not_an_absence() -> None:
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    made(place / "file")

    def read() -> None:
        os.setuid(SOMEONE)
        with pytest.raises(ConfigError, match="cannot be used: Permission denied"):
            files.read_private(place / "file")
        with pytest.raises(ConfigError, match="could not be written: Permission denied"):
            files.write_private(place / "file", NEW)

    try:
        assert in_child(read) == 0
    finally:
        shutil.rmtree(place)


@pytest.mark.parametrize("kept", [0o755, 0o777, 0o500])
def test_h56_the_mode_of_a_directory_that_exists_is_never_changed(
    tmp_path: Path, kept: int
) -> None:
    directory = tmp_path / "shared"
    directory.mkdir()
    directory.chmod(kept)
    files.write_private(directory / "new" / "file", NEW)
    files.write_private(directory / "file", NEW)
    assert mode(directory) == kept
    assert mode(directory / "new") == 0o700


def test_h56_a_symbolic_link_is_followed_and_stays_one(tmp_path: Path, path: Path) -> None:
    real = tmp_path / "dotfiles" / "real.toml"
    real.parent.mkdir()
    made(real)
    path.symlink_to("second")
    path.with_name("second").symlink_to(real)
    assert files.read_private(path) == OLD
    files.write_private(path, NEW)
    assert path.is_symlink()
    assert real.read_text() == NEW
    assert os.listdir(real.parent) == ["real.toml"]


def test_a_dangling_link_reads_as_no_file_and_is_filled_by_a_write(path: Path) -> None:
    real = path.with_name("not-yet") / "real.toml"
    path.symlink_to(real)
    assert files.read_private(path) is None
    files.write_private(path, NEW)
    assert path.is_symlink()
    assert real.read_text() == NEW


@needs_root
def test_h56_a_link_to_a_file_of_another_user_is_refused(path: Path) -> None:
    real = made(path.with_name("theirs"))
    os.chown(real, SOMEONE, -1)
    path.symlink_to(real)
    with pytest.raises(ConfigError, match="it belongs to another user"):
        files.read_private(path)


def test_no_file_is_none_and_so_is_a_path_below_a_file(path: Path) -> None:
    assert files.read_private(path) is None
    assert files.read_private(made(path) / "below") is None


def _fifo(path: Path) -> None:
    os.mkfifo(path, 0o600)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def _not_utf8(path: Path) -> None:
    path.write_bytes(b"fine \xff")
    path.chmod(0o600)


NO_FILES: dict[str, Callable[[Path], None]] = {
    "fifo": _fifo,
    "directory": Path.mkdir,
    "socket": _socket,
    "link to itself": _link_to_itself,
    "not UTF-8": _not_utf8,
}


def next_descriptor() -> int:
    """Return the lowest descriptor that is free; one that leaks makes it grow."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.filterwarnings("ignore::mp_core.errors.CredentialWarning")
def test_what_is_no_text_file_is_refused_at_once_and_leaves_nothing_open(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # The path of a socket must be short.
    path = Path("odd")
    NO_FILES[kind](path)
    before = next_descriptor()
    for read in (files.read_private, files.read_mounted):
        with pytest.raises(ConfigError, match="odd cannot be used"):
            read(path, 100)
    assert next_descriptor() == before


def test_an_undecodable_byte_is_told_by_its_position_alone(path: Path) -> None:
    path.write_bytes(b"secret\xffsecret")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="byte 6 is not UTF-8") as caught:
        files.read_private(path)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "secret" not in f"{caught.value}{caught.value.hint}{caught.value.details}"


def test_a_file_is_read_up_to_its_largest_size_and_refused_beyond(path: Path) -> None:
    made(path, "12345")
    assert files.read_private(path, 5) == "12345"
    with pytest.raises(ConfigError, match="it is too large"):
        files.read_private(path, 4)
    with pytest.raises(ConfigError, match="it is too large"):
        files.read_mounted(path, 4)


def test_a_mounted_file_is_read_whoever_may_read_it_with_a_warning(path: Path) -> None:
    made(path, mode=0o444)
    with pytest.warns(CredentialWarning, match=f"{path} is not closed to other users"):
        assert files.read_mounted(path, 10**6) == OLD
    path.chmod(0o600)
    assert files.read_mounted(path, 10**6) == OLD


@needs_root
def test_a_mounted_file_of_another_user_is_read_with_a_warning(path: Path) -> None:
    os.chown(made(path), SOMEONE, -1)
    with pytest.warns(CredentialWarning, match="trusted because it was named"):
        assert files.read_mounted(path, 10**6) == OLD


def test_a_mounted_file_that_is_not_there_is_an_error(path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        files.read_mounted(path, 10)


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
    files.make_private_dir(tmp_path / "a" / "b")
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


def test_h20_a_file_system_that_knows_the_other_case_as_the_same_file_folds_case(
    path: Path,
) -> None:
    made(path)
    assert files.folds_case(path) is path.with_name("CONFIG.TOML").exists()
    if not path.with_name("CONFIG.TOML").exists():
        path.with_name("CONFIG.TOML").symlink_to(path)  # The same file under both names.
    assert files.folds_case(path)


def test_h20_another_file_under_the_other_case_is_another_file(path: Path) -> None:
    made(path)
    if files.folds_case(path):
        pytest.skip("This file system folds case.")
    made(path.with_name("CONFIG.TOML"))
    assert not files.folds_case(path)


def test_a_name_without_letters_or_without_file_folds_nothing(tmp_path: Path) -> None:
    assert not files.folds_case(made(tmp_path / "1234"))
    assert not files.folds_case(tmp_path / "missing")
