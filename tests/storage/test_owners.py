"""Places that somebody else decides about: nothing is written or deleted there."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from mp_core._storage import files, trust
from mp_core._storage.drafts import remove_drafts
from mp_core._storage.locks import locked, locked_if_possible
from mp_core.errors import ConfigError
from tests.campaign.kernel import user_apart
from tests.support.child_processes import SOMEONE, in_child, needs_root
from tests.support.own_mounts import among_own_mounts, bind, needs_mounts, tmpfs
from tests.support.private_files import NEW, OLD, made

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="owners are POSIX's"),
    # The children here touch neither threads nor locks of the parent.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]
ANOTHER = SOMEONE + 1


@pytest.fixture
def root() -> Iterator[Path]:
    """A storage root in a directory that everybody can look into."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    (place / "mp").mkdir(mode=0o700)
    yield place / "mp"
    shutil.rmtree(place)


def _its_root(root: Path) -> None:
    os.chown(root, ANOTHER, -1)


def _a_directory_inside(root: Path) -> None:
    os.chown(root / "accounts", ANOTHER, -1)


def _a_link_inside(root: Path) -> None:
    (root / "accounts").rename(root / "elsewhere")
    (root / "accounts").symlink_to("elsewhere")
    os.chown(root / "accounts", ANOTHER, -1, follow_symlinks=False)


def _a_link_in_the_middle(root: Path) -> None:
    (root / "accounts").rename(root / "elsewhere")
    (root / "second").symlink_to(root / "elsewhere")
    os.chown(root / "second", ANOTHER, -1, follow_symlinks=False)
    (root / "accounts").symlink_to("./second/../second/")


FOREIGN: dict[str, Callable[[Path], None]] = {
    "the root": _its_root,
    "a directory inside": _a_directory_inside,
    "a link inside": _a_link_inside,
    "a link in the middle": _a_link_in_the_middle,
}


def kept(root: Path) -> Path:
    """A file of an account, with a draft that a killed process has left."""
    (root / "accounts" / "me").mkdir(parents=True)
    made(root / "accounts" / "me" / ".tokens.json.mp-tmp-0123")
    return made(root / "accounts" / "me" / "tokens.json")


def tree(root: Path) -> dict[str, str]:
    found = (path for path in root.rglob("*") if path.is_file())
    return {str(path.resolve().relative_to(root)): path.read_text() for path in found}


@needs_root
@pytest.mark.parametrize("kind", FOREIGN)
def test_h80_nothing_is_written_or_deleted_where_somebody_else_decides(
    root: Path, kind: str
) -> None:
    path = kept(root)
    FOREIGN[kind](root)
    before = tree(root)
    works: tuple[Callable[[], object], ...] = (
        lambda: files.write_private(path, NEW),
        lambda: files.write_private(root / "accounts" / "accounts" / "me.json", NEW),
        lambda: files.delete(path),
        lambda: files.way_back(path, OLD).__enter__(),
        lambda: locked(path).__enter__(),
        lambda: locked_if_possible(path).__enter__(),
    )
    for work in works:
        with pytest.raises(ConfigError, match="is not yours: it belongs to another user") as caught:
            work()
        assert "MP_STORAGE_DIR" in str(caught.value.hint)
    with pytest.raises(PermissionError):
        remove_drafts(path)
    assert trust.refusal(path) is not None
    assert tree(root) == before
    assert files.read_private(path) == OLD


@needs_root
def test_h80_root_is_told_how_to_act_as_the_owner(root: Path) -> None:
    os.chown(root, ANOTHER, -1)
    with pytest.raises(ConfigError, match="root has own files") as caught:
        files.write_private(root / "file", NEW)
    hint = str(caught.value.hint)
    assert f"sudo -u '#{ANOTHER}' -H" in hint
    assert "export MP_STORAGE_DIR=/root/.mp" in hint


@needs_root
def test_h80_the_command_that_a_user_is_told_heals_a_foreign_root(root: Path) -> None:
    os.chown(root.parent, SOMEONE, -1)
    os.chown(root, ANOTHER, -1)
    root.chmod(0o777)

    def write() -> None:
        os.setuid(SOMEONE)
        try:
            files.write_private(root / "file", NEW)
        except ConfigError as error:
            (root / "hint").write_text(str(error.hint))

    assert in_child(write) == 0
    command = re.match(r"Run: sudo (.*?) · ", (root / "hint").read_text())
    assert command
    typed = command[1].replace("$(id -u)", str(SOMEONE))  # As that user's shell has it.
    subprocess.run(typed, shell=True, check=True, timeout=60)
    root.chmod(0o700)
    assert in_child(write) == 0
    assert (root / "file").read_text() == NEW


@needs_root
@pytest.mark.parametrize(("mode", "way"), [(0o777, "o-w"), (0o1777, None), (0o775, None)])
def test_h80_a_root_where_others_may_replace_what_is_in_it_is_refused(
    root: Path, mode: int, way: str | None
) -> None:
    root.chmod(mode)
    if way is None:
        files.write_private(root / "file", NEW)
        return
    with pytest.raises(ConfigError, match="other users may replace what is in") as caught:
        files.write_private(root / "file", NEW)
    command = str(caught.value.hint).removeprefix("Run: ").partition(" · ")[0]
    assert command == f"chmod {way} {root}"
    subprocess.run(command, shell=True, check=True, timeout=60)
    files.write_private(root / "file", NEW)


@needs_mounts
def test_h85_a_volume_of_root_s_that_all_may_write_to_is_used(root: Path) -> None:
    def work() -> None:
        tmpfs(root, "mode=777")
        os.setuid(SOMEONE)
        files.write_private(root / "mp" / "file", NEW)
        assert files.read_private(root / "mp" / "file") == NEW

    assert among_own_mounts(work) == 0


@needs_mounts
@pytest.mark.parametrize("is_home", [True, False])
def test_h80_what_is_above_a_user_s_own_home_does_not_count(root: Path, is_home: bool) -> None:
    home = root.parent / "homes" / "me"
    home.mkdir(parents=True)
    os.chown(home.parent, ANOTHER, -1)
    os.chown(home, SOMEONE, -1)
    users = root.parent / "passwd"
    users.write_text(f"me:x:{SOMEONE}:{SOMEONE}::{home if is_home else '/'}:/bin/sh\n")

    def work() -> None:
        bind(users, Path("/etc/passwd"))
        os.setuid(SOMEONE)
        with nullcontext() if is_home else pytest.raises(ConfigError, match="is not yours"):
            files.write_private(home / "link", NEW)

    (home / "file").touch()
    os.chown(home / "file", SOMEONE, -1)
    (home / "link").symlink_to(home.parent / "me" / "file")
    os.chown(home / "link", SOMEONE, -1, follow_symlinks=False)
    assert among_own_mounts(work) == 0
    assert ((home / "file").read_text() == NEW) is is_home


def _is_open(place: Path) -> None:
    """As the checkout of a CI job whose runner clears the umask."""
    place.chmod(0o777)


def _is_somebody_s(place: Path) -> None:
    """As a home that a container is given, or the disk of a project."""
    os.chown(place, ANOTHER, -1)
    place.chmod(0o777 | stat.S_ISVTX)


@needs_root
@pytest.mark.parametrize("uid", [0, SOMEONE])
@pytest.mark.parametrize("above", [_is_open, _is_somebody_s])
@pytest.mark.parametrize("is_there", [True, False])
def test_h80_whose_a_directory_above_the_root_is_does_not_count(
    root: Path, uid: int, above: Callable[[Path], None], is_there: bool
) -> None:
    shutil.rmtree(root)
    above(root.parent)

    def work() -> None:
        os.setuid(uid)
        if is_there:
            root.mkdir(mode=0o700)
        for name in ("config.toml", "accounts/me/tokens.json", "accounts/accounts/tokens.json"):
            with locked(root / name):
                files.write_private(root / name, NEW)
                assert files.delete(root / name)

    assert in_child(work) == 0


@needs_root
def test_h80_a_link_above_the_root_that_is_somebody_else_s_is_refused(root: Path) -> None:
    (root.parent / "link").symlink_to("mp")
    os.chown(root.parent / "link", ANOTHER, -1, follow_symlinks=False)
    with pytest.raises(ConfigError, match=r"the link .*/link is not yours"):
        files.write_private(root.parent / "link" / "accounts" / "me" / "tokens.json", NEW)
    assert not list(root.iterdir())


@pytest.mark.parametrize("target", ["/tmp/../tmp", "."])
def test_a_place_is_found_as_the_system_finds_it(tmp_path: Path, target: str) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a/b")
    (tmp_path / "odd").symlink_to(target)
    for name in ("link/../x", "link/./y/z", "odd/x", "missing/../x", "a//b/"):
        path = tmp_path / name
        assert trust.checked(path) == Path(os.path.realpath(path))


def test_links_that_lead_in_circles_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    with pytest.raises(ConfigError, match="Too many levels") as caught:
        files.write_private(tmp_path / "one", NEW)
    assert "namei" in str(caught.value.hint)


@needs_root
def test_h80_an_owner_without_a_name_in_the_container_is_told_as_such(root: Path) -> None:
    os.chown(root, trust.NOBODY, -1)

    def work() -> None:
        with pytest.raises(ConfigError, match="to nobody, as what is of") as caught:
            files.write_private(root / "file", NEW)
        assert "--userns=keep-id" in str(caught.value.hint)

    assert in_child(work) == 0


@needs_root
def test_h80_what_is_of_root_counts_where_root_is_nobody(root: Path) -> None:
    """As in a sandbox that knows this user alone."""
    os.chown(root, SOMEONE, -1)

    def work() -> None:
        os.setuid(SOMEONE)
        if not user_apart():
            return
        assert root.parent.stat().st_uid == trust.NOBODY
        files.write_private(root / "a" / "file", NEW)
        with pytest.raises(ConfigError, match="is not yours"):
            files.write_private(root.parent / "file", NEW)

    assert in_child(work) == 0
