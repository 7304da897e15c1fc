"""Where files live: computed from the environment when it is asked for."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from mp_core._storage import paths
from mp_core.errors import ConfigError

HOME = {"HOME": "/home/ann"}


@pytest.mark.parametrize(
    ("env", "root"),
    [
        (HOME, "/home/ann/.mp"),
        (HOME | {"MP_STORAGE_DIR": ""}, "/home/ann/.mp"),
        (HOME | {"MP_STORAGE_DIR": "/var/mp"}, "/var/mp"),
        (HOME | {"MP_STORAGE_DIR": "~"}, "/home/ann"),
        (HOME | {"MP_STORAGE_DIR": "~/x/mp"}, "/home/ann/x/mp"),
        (HOME | {"MP_STORAGE_DIR": "~//x"}, "/home/ann/x"),
        (HOME | {"MP_STORAGE_DIR": "here"}, "here"),
        ({"MP_STORAGE_DIR": "/var/mp"}, "/var/mp"),
    ],
)
def test_the_storage_root_is_mp_storage_dir_or_else_in_the_home(
    env: dict[str, str], root: str
) -> None:
    assert paths.storage_root(env) == Path(root)
    assert paths.config_file(env) == Path(root) / "config.toml"


@pytest.mark.parametrize(
    ("value", "file"),
    [("/etc/mp.toml", "/etc/mp.toml"), ("~/mp.toml", "/home/ann/mp.toml"), ("mp.toml", "mp.toml")],
)
def test_the_configuration_may_be_elsewhere_than_the_rest(value: str, file: str) -> None:
    env = HOME | {"MP_CONFIG_PATH": value, "MP_STORAGE_DIR": "/var/mp"}
    assert paths.config_file(env) == Path(file)
    assert paths.storage_root(env) == Path("/var/mp")


def test_an_empty_path_of_the_configuration_counts_as_unset() -> None:
    assert paths.config_file(HOME | {"MP_CONFIG_PATH": ""}) == Path("/home/ann/.mp/config.toml")


def test_a_change_of_the_environment_shows_at_once() -> None:
    env = dict(HOME)
    assert paths.storage_root(env) == Path("/home/ann/.mp")
    env["HOME"] = "/home/ben"
    assert paths.storage_root(env) == Path("/home/ben/.mp")
    env["MP_STORAGE_DIR"] = "/var/mp"
    assert paths.storage_root(env) == Path("/var/mp")


def test_only_a_tilde_of_ones_own_expands() -> None:
    for text in ("~ann/x", "x/~", "/~"):
        assert paths.expand(HOME, text) == Path(text)
    assert paths.expand(HOME, Path("~/x")) == Path("/home/ann/x")


def test_h57_without_home_the_password_database_knows_one() -> None:
    assert paths.home({}) == Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert paths.home({"HOME": ""}) == paths.home({})


def test_a_bridge_is_searched_in_the_home_and_then_here() -> None:
    assert paths.bridge_candidates(HOME) == [
        Path("/home/ann/.claude/mixpanel/auth.json"),
        Path("mixpanel_auth.json"),
    ]


def test_each_account_has_a_directory() -> None:
    assert paths.account_dir(Path("/var/mp"), "team") == Path("/var/mp/accounts/team")


def test_h65_a_configuration_file_is_itself_by_its_place_below_the_root(tmp_path: Path) -> None:
    root = tmp_path / "mp"
    (root / "work").mkdir(parents=True)
    (tmp_path / "link").symlink_to(root)
    (root / "work" / "b.toml").touch()
    (tmp_path / "to_b.toml").symlink_to(root / "work" / "b.toml")
    assert paths.config_identity(root, root / "config.toml") == "config.toml"
    assert paths.config_identity(root, root / "work" / ".." / "config.toml") == "config.toml"
    assert paths.config_identity(tmp_path / "link", root / "config.toml") == "config.toml"
    assert paths.config_identity(root, tmp_path / "link" / "config.toml") == "config.toml"
    assert paths.config_identity(root, tmp_path / "to_b.toml") == "work/b.toml"


def test_h65_a_configuration_file_elsewhere_is_itself_by_its_real_path(tmp_path: Path) -> None:
    root, outside = tmp_path / "mp", tmp_path / "outside.toml"
    root.mkdir()
    outside.touch()
    (tmp_path / "again.toml").symlink_to(outside)
    assert paths.config_identity(root, outside) == str(outside)
    assert paths.config_identity(root, tmp_path / "again.toml") == str(outside)


def test_h65_a_configuration_file_that_becomes_a_link_stays_itself(tmp_path: Path) -> None:
    root, moved = tmp_path / "mp", tmp_path / "dotfiles.toml"
    root.mkdir()
    moved.touch()
    (root / "config.toml").symlink_to(moved)
    assert paths.config_identity(root, root / "config.toml") == "config.toml"


def test_h57_no_place_to_keep_files_says_what_to_set() -> None:
    error = paths.no_home()
    assert isinstance(error, ConfigError)
    assert "MP_STORAGE_DIR" in (error.hint or "")
