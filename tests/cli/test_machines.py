"""Commands where the configuration is a mount, marked or somebody else's, and where disks fill."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.child_processes import SOMEONE, needs_root
from tests.support.home_files import write_config
from tests.support.own_mounts import among_own_mounts, bind, fill, needs_mounts, tmpfs
from tests.support.private_files import made
from tests.support.shell import MP

pytestmark = [
    pytest.mark.providers,
    # The children here touch neither threads nor locks of the parent.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]
TEXT = """\
[active]
account = "ci"

[accounts.ci]
type = "service_account"
region = "us"
default_project = "3018488"
username = "robot"
secret = "hush"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path, TEXT)


def mp(home: Path, *words: str, code: int = 0) -> str:
    """Run a command, and return all that it says."""
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "COLUMNS": "500"}
    done = subprocess.run(
        [*MP, *words], env=env, capture_output=True, text=True, check=False, timeout=120
    )
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    return said


def test_h85_a_marked_configuration_is_used_and_stays_marked(tmp_path: Path, config: Path) -> None:
    config.write_bytes(TEXT.replace("\n", "\r\n").encode("utf-8-sig"))
    assert "3018488" in mp(tmp_path, "account", "show", "ci")
    mp(tmp_path, "project", "use", "7")
    changed = TEXT.replace("3018488", "7").replace("\n", "\r\n")
    assert config.read_bytes() == changed.encode("utf-8-sig")


def test_h85_a_configuration_in_another_encoding_is_told_with_the_command(
    tmp_path: Path, config: Path
) -> None:
    config.write_bytes(TEXT.encode("utf-16"))
    said = mp(tmp_path, "account", "list", code=1)
    assert "it is UTF-16, and not UTF-8" in said
    [command] = [line.partition("Run: ")[2] for line in said.splitlines() if "iconv" in line]
    subprocess.run(command, shell=True, check=True, timeout=60)
    mp(tmp_path, "account", "list")


@needs_mounts
def test_h85_a_project_is_used_where_the_configuration_is_a_mount(
    tmp_path: Path, config: Path
) -> None:
    host = made(tmp_path / "host.toml", TEXT)

    def work() -> None:
        bind(host, config)
        mp(tmp_path, "project", "use", "7")
        mp(tmp_path, "target", "add", "ecom", "--account", "ci", "--project", "8")
        mp(tmp_path, "account", "rename", "ci", "cd")
        mp(tmp_path, "target", "remove", "ecom")
        mp(tmp_path, "account", "remove", "cd")

    assert among_own_mounts(work) == 0
    assert (host.read_text().strip(), config.read_text()) == ("[active]", TEXT)


@needs_mounts
def test_h85_a_read_only_mount_is_named_with_the_way_out(tmp_path: Path, config: Path) -> None:
    host = made(tmp_path / "host.toml", TEXT)

    def work() -> None:
        bind(host, config, read_only=True)
        said = mp(tmp_path, "project", "use", "7", code=1)
        assert "it is a mount (Read-only file system)" in said
        assert "MP_CONFIG_PATH=./mp.toml" in said

    assert among_own_mounts(work) == 0
    assert host.read_text() == TEXT


@needs_mounts
@pytest.mark.parametrize("has_bridge", [True, False])
def test_h85_a_disk_that_is_full_keeps_the_bridge_that_was_there(
    tmp_path: Path, config: Path, has_bridge: bool
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()

    def work() -> None:
        tmpfs(disk, "size=64k")
        bridge = disk / "bridge.json"
        if has_bridge:
            made(bridge, "old")
        fill(disk)
        before = {path: path.stat().st_size for path in disk.iterdir()}
        said = mp(tmp_path, "-a", "ci", "account", "export-bridge", "--to", str(bridge), code=1)
        assert "No space left on device" in said
        assert f"df -h {disk}" in said
        assert {path: path.stat().st_size for path in disk.iterdir()} == before

    assert among_own_mounts(work) == 0


@needs_root
@pytest.mark.parametrize("words", [("project", "use", "7"), ("account", "remove", "ci", "--force")])
def test_h80_root_changes_nothing_in_the_home_of_somebody_else(
    tmp_path: Path, config: Path, words: tuple[str, ...]
) -> None:
    tokens = config.parent / "accounts" / "ci" / "tokens.json"
    tokens.parent.mkdir(parents=True)
    made(tokens, "{}")
    os.chown(config.parent, SOMEONE, -1)
    said = mp(tmp_path, *words, code=1)
    assert f"the directory {config.parent} is not yours" in said
    assert f"sudo -u '#{SOMEONE}' -H" in said
    assert (config.read_text(), tokens.read_text()) == (TEXT, "{}")
    assert sorted(os.listdir(config.parent)) == ["accounts", "config.toml"]
