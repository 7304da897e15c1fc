"""Files that cannot be replaced are written where they are, whole or not at all."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mp_core._storage import files
from mp_core._storage.drafts import drafts_of
from mp_core._storage.locks import locked
from mp_core.errors import ConfigError
from tests.support.child_processes import apart, killed_at
from tests.support.own_mounts import among_own_mounts, bind, fill, needs_mounts, tmpfs
from tests.support.private_files import NEW, OLD, made, mode

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="mounts are POSIX's"),
    # The children here touch neither threads nor locks of the parent.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]

BELOW = f"_storage{os.sep}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a file of the machine is mounted."""
    return made(tmp_path / "config.toml", "")


@pytest.fixture
def host(tmp_path: Path) -> Path:
    (tmp_path / "host").mkdir(mode=0o700)
    return made(tmp_path / "host" / "file.toml")


def mounted(host: Path, path: Path, work: Callable[[], object]) -> int:
    def run() -> None:
        bind(host, path)
        work()

    return among_own_mounts(run)


@needs_mounts
@pytest.mark.parametrize("new", [NEW, "short", "", OLD + "more"])
def test_h85_a_file_that_is_a_mount_is_written_in_place(path: Path, host: Path, new: str) -> None:
    def work() -> None:
        before = files.stamp(path)
        with locked(path):
            files.write_private(path, new)
        assert files.read_private(path) == new
        assert files.stamp(path) != before

    assert mounted(host, path, work) == 0
    assert host.read_text() == new
    assert sorted(os.listdir(path.parent)) == ["config.toml", "config.toml.lock", "host"]


@needs_mounts
def test_h85_a_link_to_a_mount_is_written_where_it_is(path: Path, host: Path) -> None:
    link = path.with_name("link")
    link.symlink_to(path)
    assert mounted(host, path, lambda: files.write_private(link, NEW)) == 0
    assert (host.read_text(), link.is_symlink(), drafts_of(path)) == (NEW, True, [])


@needs_mounts
def test_h55_a_mount_that_others_may_read_is_closed_before_it_is_written(
    path: Path, host: Path
) -> None:
    host.chmod(0o644)
    assert mounted(host, path, lambda: files.write_private(path, NEW)) == 0
    assert (mode(host), host.read_text()) == (0o600, NEW)


@needs_mounts
def test_h85_two_writes_of_one_length_within_one_tick_have_two_stamps(
    path: Path, host: Path
) -> None:
    def work() -> None:
        stamps = []
        for text in ("one", "two", "six"):
            files.write_private(path, text)
            stamps.append(files.stamp(path))
        assert len(set(stamps)) == 3

    assert mounted(host, path, work) == 0


@needs_mounts
def test_h85_a_disk_that_fills_in_the_middle_of_a_mount_keeps_the_old_text(
    tmp_path: Path, path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()

    def work() -> None:
        tmpfs(disk, "size=64k")
        on_disk = made(disk / "file.toml")
        bind(on_disk, path)
        fill(disk)
        with pytest.raises(ConfigError, match="could not be written: No space left") as caught:
            files.write_private(path, NEW * 5)
        assert "df -h" in str(caught.value.hint)
        assert on_disk.read_text() == OLD
        assert files.read_private(path) == OLD
        assert drafts_of(path) == []

    assert among_own_mounts(work) == 0


def killed_in_place(path: Path, host: Path) -> list[tuple[str | None, str | None]]:
    """Write NEW over OLD, killed at each moment; return what is read then, and after a change."""
    seen: list[tuple[str | None, str | None]] = []

    def work() -> None:
        bind(host, path)
        while True:
            made(host)
            was_killed = killed_at(len(seen), lambda: files.write_private(path, NEW), below=BELOW)
            os.utime(host, (1, 1))  # Nobody is waited for who wrote so long ago.
            read = files.read_private(path)
            files.write_private(path, f"{read}!")
            seen.append((read, files.read_private(path)))
            assert drafts_of(path) == []
            if not was_killed:
                break
        path.with_name("seen").write_text(repr(seen))

    assert among_own_mounts(work) == 0
    found: list[tuple[str | None, str | None]] = eval(path.with_name("seen").read_text())
    return found


@needs_mounts
@pytest.mark.sweep
def test_h85_a_writer_of_a_mount_killed_at_any_moment_leaves_the_old_text_or_the_new_one(
    path: Path, host: Path
) -> None:
    seen = apart(killed_in_place, path, host)
    texts = [read for read, _ in seen]
    first_new = texts.index(NEW)
    assert 30 < first_new < len(texts) - 5
    assert texts == [OLD] * first_new + [NEW] * (len(texts) - first_new)
    assert all(later == f"{read}!" for read, later in seen)


@needs_mounts
def test_h85_a_reader_of_a_mount_sees_no_text_that_nobody_wrote(path: Path, host: Path) -> None:
    texts = [letter * 20_000 * (1 + n % 2) for n, letter in enumerate("abcdef")]

    def work() -> None:
        bind(host, path)
        files.write_private(path, texts[0])
        is_over = threading.Event()
        seen: set[str | None] = set()

        def read() -> None:
            while not is_over.is_set():
                try:
                    seen.add(files.read_private(path))
                except ConfigError as error:
                    seen.add(error.message)

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for n in range(300):
            files.write_private(path, texts[n % len(texts)])
        is_over.set()
        for reader in readers:
            reader.join(60)
        assert seen <= set(texts)
        assert len(seen) > 1

    assert among_own_mounts(work) == 0


@needs_mounts
def test_h85_a_deletion_of_a_mount_says_that_it_is_one(path: Path, host: Path) -> None:
    def work() -> None:
        with pytest.raises(ConfigError, match="it is a mount") as caught:
            files.delete(path)
        assert f"sudo umount {path}" in str(caught.value.hint)

    assert mounted(host, path, work) == 0
    assert host.read_text() == OLD


@needs_mounts
def test_h85_a_mount_that_is_read_only_is_named_with_two_ways_out(path: Path, host: Path) -> None:
    def work() -> None:
        bind(host, path, read_only=True)
        with pytest.raises(ConfigError, match="it is a mount") as caught:
            files.write_private(path, NEW)
        hint = str(caught.value.hint)
        assert f"sudo mount -o remount,rw {path}" in hint
        assert f"install -m 600 {path} ./mp.toml && export MP_CONFIG_PATH=./mp.toml" in hint

    assert among_own_mounts(work) == 0
    assert (host.read_text(), drafts_of(path)) == (OLD, [])
