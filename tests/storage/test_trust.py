"""Private files: which are trusted, and what is said of the others."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from mp_core._storage import commands, files
from mp_core.errors import ConfigError, CredentialWarning
from tests.support.child_processes import SOMEONE, in_child, needs_root
from tests.support.private_files import NEW, OLD, made, mode, version

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="modes, owners and signals are POSIX's"),
    # The children here touch neither threads nor locks of the parent.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


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


def test_a_command_quotes_a_path_as_a_shell_needs_it() -> None:
    path = Path("/home/a b/it's")
    assert shlex.split(commands.chmod_command(path)) == ["chmod", "600", str(path)]
    assert shlex.split(commands.chown_command(path))[-1] == str(path)


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


@pytest.mark.parametrize("kept", [0o755, 0o1777, 0o775, 0o500])
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


@needs_root
def test_a_write_through_a_link_of_another_user_is_refused(tmp_path: Path, path: Path) -> None:
    mine = made(tmp_path / "mine")
    path.symlink_to(mine)
    os.chown(path, SOMEONE, -1, follow_symlinks=False)
    with pytest.raises(ConfigError, match=f"the link {path} is not yours: it belongs to another"):
        files.write_private(path, NEW)
    assert mine.read_text() == OLD


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
if Path("/proc/self/mem").exists():
    NO_FILES["link to what fails when it is read"] = lambda path: path.symlink_to("/proc/self/mem")


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


@pytest.mark.parametrize("kind", ["fifo", "directory", "socket"])
def test_what_is_no_file_is_not_replaced(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("odd")
    NO_FILES[kind](path)
    before = version(path)
    with pytest.raises(ConfigError, match="odd could not be written: it is not a regular"):
        files.write_private(path, NEW)
    assert version(path) == before
    assert os.listdir() == ["odd"]


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
