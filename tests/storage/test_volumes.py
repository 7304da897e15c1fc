"""Volumes whose files the platform gives to a group, and file systems that refuse modes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mp_core._storage import files
from mp_core._storage.locks import locked
from mp_core.errors import ConfigError, CredentialWarning
from tests.support.child_processes import SOMEONE, in_child, needs_root
from tests.support.own_mounts import among_own_mounts, needs_mounts, tmpfs
from tests.support.private_files import NEW, OLD, made, mode
from tests.support.refused_calls import needs_refusals, refuse_modes

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="groups are POSIX's"),
    # The children here touch neither threads nor locks of the parent.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]
pytest.importorskip("grp")  # Others may not be able to load it later.
GROUP = 65432
"""A group that the group database does not know."""


@pytest.fixture
def volume() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def in_pod(
    volume: Path, work: Callable[[], object], *, gid: int = GROUP, member: bool = True
) -> int:
    """Run as somebody beside a volume with a file that a group may write."""

    def run() -> None:
        tmpfs(volume, f"mode=2775,gid={gid}")
        os.chown(made(volume / "tokens.json", mode=0o660), 0, gid)
        os.setgroups([gid] if member else [])
        os.setgid(SOMEONE)
        os.setuid(SOMEONE)
        work()

    return among_own_mounts(run)


@needs_mounts
def test_h85_a_file_that_the_group_of_a_volume_may_write_is_used_with_a_warning(
    volume: Path,
) -> None:
    path = volume / "tokens.json"

    def work() -> None:
        with pytest.warns(CredentialWarning, match=f"may be written by group {GROUP}") as caught:
            assert files.read_private(path) == OLD
        assert len(caught) == 1
        files.write_private(path, NEW)
        assert files.read_private(path) == NEW
        assert (mode(path), path.stat().st_uid) == (0o600, SOMEONE)

    assert in_pod(volume, work) == 0


@needs_mounts
@pytest.mark.parametrize("gid", [0, 100])
def test_h55_a_file_that_a_group_of_others_may_write_is_refused(volume: Path, gid: int) -> None:
    def work() -> None:
        with pytest.raises(ConfigError, match="other users may write it") as caught:
            files.read_private(volume / "tokens.json")
        hint = str(caught.value.hint)
        assert f"sudo chmod 600 {volume}/tokens.json" in hint
        assert "install -m 600" in hint

    assert in_pod(volume, work, gid=gid) == 0


@needs_mounts
def test_h55_a_group_that_is_not_the_process_s_is_one_of_others(volume: Path) -> None:
    def work() -> None:
        with pytest.raises(ConfigError, match=r"other users may write it|Permission denied"):
            files.read_private(volume / "tokens.json")

    assert in_pod(volume, work, member=False) == 0


@needs_mounts
def test_h55_what_all_may_write_is_refused_in_a_volume_too(volume: Path) -> None:
    def work() -> None:
        files.write_private(volume / "file", NEW)
        (volume / "file").chmod(0o662)
        with pytest.raises(ConfigError, match="other users may write it") as caught:
            files.read_private(volume / "file")
        assert caught.value.hint == f"Run: chmod 600 {volume}/file"

    assert in_pod(volume, work) == 0


@needs_mounts
@pytest.mark.skipif(shutil.which("mkfs.vfat") is None, reason="no such file system can be made")
def test_h85_nobody_is_told_to_change_modes_where_there_are_none(volume: Path) -> None:
    image = volume / "image"
    image.write_bytes(bytes(4 * 1024 * 1024))
    (volume / "mnt").mkdir()
    subprocess.run(["mkfs.vfat", str(image)], check=True, timeout=60)
    command = ("mount", "-o", "loop,umask=000", str(image), str(volume / "mnt"))

    def work() -> None:
        if subprocess.run(command, check=False, timeout=60).returncode:
            return
        path = volume / "mnt" / "file"
        path.write_text(OLD)
        with pytest.raises(ConfigError, match="other users may write it") as caught:
            files.read_private(path)
        assert "keeps no modes: mount it with umask=077" in str(caught.value.hint)

    assert among_own_mounts(work) == 0


@needs_refusals
@needs_root
@pytest.mark.parametrize("umask", [0o022, 0o277])
def test_h85_a_file_system_that_refuses_modes_is_written_to(tmp_path: Path, umask: int) -> None:
    def work() -> None:
        os.umask(umask)
        refuse_modes()
        with pytest.raises(PermissionError):
            tmp_path.chmod(0o700)
        path = tmp_path / "new" / "file"
        for text in (OLD, NEW):
            with locked(path):
                files.write_private(path, text)
            assert files.read_private(path) == text

    assert in_child(work) == 0
