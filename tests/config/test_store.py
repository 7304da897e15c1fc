"""The configuration file: read once per version, changed as a whole or not at all."""

from __future__ import annotations

import os
import sys
import tomllib
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from mp_core._config.edit import ConfigEdit
from mp_core._config.store import ConfigStore, config_store
from mp_core._values.session import Target
from mp_core.errors import ConfigError, CredentialWarning
from tests.support.child_processes import SOMEONE, needs_root
from tests.support.fake_providers import HOST, PassAccount, badge
from tests.support.plugin_modules import CARD, cards, host_of
from tests.support.private_files import version

TEAM = badge("team", default_project="7")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mp" / "config.toml"


@pytest.fixture
def store(path: Path) -> ConfigStore:
    return ConfigStore(path, HOST)


def filled(store: ConfigStore) -> ConfigStore:
    """The store, with two accounts, one of them active."""
    with store.transaction() as edit:
        edit.put_account(TEAM)
        edit.put_account(PassAccount(name="me", region="eu"))
        edit.activate("team", 8)
    return store


class TestReading:
    def test_without_a_file_it_is_empty_and_nothing_is_made(
        self, store: ConfigStore, path: Path
    ) -> None:
        assert store.read().account_names() == []
        assert not path.parent.exists()

    def test_without_a_path_it_is_empty_and_cannot_be_written(self) -> None:
        store = ConfigStore(None, HOST)
        assert store.read().account_names() == []
        with pytest.raises(ConfigError, match="no home directory"), store.transaction():
            raise AssertionError

    def test_one_version_is_parsed_once(self, store: ConfigStore) -> None:
        filled(store)
        assert store.read() is store.read()

    @pytest.mark.parametrize("replace", [True, False])
    def test_another_version_is_noticed(
        self, store: ConfigStore, path: Path, replace: bool
    ) -> None:
        before = filled(store).read()
        text = path.read_text().replace("workspace = 8", "workspace = 99")
        if replace:
            path.unlink()
            path.touch(mode=0o600)
        path.write_text(text)
        assert store.read().active.workspace == 99
        assert before.active.workspace == 8
        path.unlink()
        assert store.read().account_names() == []

    def test_the_process_has_one_store_for_a_path(self, path: Path) -> None:
        assert config_store(path, HOST) is config_store(path, HOST)
        assert config_store(path.parent, HOST) is not config_store(path, HOST)


class TestTransaction:
    @pytest.mark.parametrize("written", ["", "[targets]\n", "[targets.x]\n[accounts]\n"])
    def test_what_it_remembers_of_a_change_is_what_the_file_holds(
        self, store: ConfigStore, path: Path, written: str
    ) -> None:
        path.parent.mkdir(mode=0o700)
        path.write_text(written)
        path.chmod(0o600)
        shop = Target(name="x", account="team", project="7")
        changes: list[Callable[[ConfigEdit], None]] = [
            lambda edit: edit.put_target(shop),
            lambda edit: edit.remove_target("x"),
            lambda edit: edit.put_account(TEAM),
            lambda edit: edit.activate("team", 8),
            lambda edit: edit.remove_account("team"),
            lambda edit: edit.put_target(shop),
        ]
        for change in changes:
            with store.transaction() as edit:
                change(edit)
            assert store.read().tables == tomllib.loads(path.read_text())

    def test_what_changed_nothing_writes_nothing(self, store: ConfigStore, path: Path) -> None:
        filled(store)
        before = version(path)
        with store.transaction() as edit:
            edit.put_account(TEAM)
            edit.activate("team", 8)
        assert version(path) == before

    def test_what_raises_changes_nothing(self, store: ConfigStore, path: Path) -> None:
        filled(store)
        before = path.read_bytes()

        def fail() -> None:
            with store.transaction() as edit:
                edit.remove_account("team")
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        assert path.read_bytes() == before
        with store.transaction() as edit:
            assert edit.document.account_names() == ["me", "team"]

    def test_changes_show_at_once_inside_and_afterwards_outside(self, store: ConfigStore) -> None:
        filled(store)
        with store.transaction() as edit:
            edit.put_account(badge("new"))
            assert edit.document.account("new") == badge("new")
            assert store.read().account_names() == ["me", "team"]
        assert store.read().account("new") == badge("new")

    @pytest.mark.parametrize("replaces", [True, False])
    def test_what_another_process_writes_at_the_same_moment_is_noticed(
        self, store: ConfigStore, path: Path, replaces: bool
    ) -> None:
        other = path.with_name("other.toml") if replaces else path

        def meddle(frame: FrameType, event: str, function: Any) -> None:
            if event == "c_return" and function is os.replace:
                sys.setprofile(None)
                text = path.read_text().replace("workspace = 8", "workspace = 9")
                other.touch(mode=0o600)
                other.write_text(text)
                other.replace(path)

        sys.setprofile(meddle)
        filled(store)
        assert store.read().active.workspace == 9
        with store.transaction() as edit:
            assert edit.document.active.workspace == 9

    def test_what_could_not_be_written_does_not_show(self, store: ConfigStore, path: Path) -> None:
        before = filled(store).read()
        kept = path.with_name("kept.toml")

        def fail() -> None:
            with store.transaction() as edit:
                edit.activate("me")
                path.rename(kept)
                path.mkdir()

        with pytest.raises(ConfigError, match="could not be written: it is not a regular file"):
            fail()
        path.rmdir()
        kept.rename(path)
        assert store.read() is before

    def test_it_starts_from_what_is_in_the_file_now(self, store: ConfigStore, path: Path) -> None:
        filled(store).read()
        path.write_text(path.read_text().replace("workspace = 8", "workspace = 9"))
        with store.transaction() as edit:
            assert edit.document.active.workspace == 9

    def test_plugins_are_asked_again_about_an_account_that_was_read_before(
        self, path: Path
    ) -> None:
        def veto(stage: str) -> None:
            if stage == "load" and is_closed:
                raise ConfigError("no cards any more")

        is_closed = False
        store = ConfigStore(path, host_of(cards(mp_validate_account=veto)))
        with store.transaction() as edit:
            edit.put_account(CARD)
        assert store.read().account("team") == CARD
        is_closed = True
        with store.transaction() as edit, pytest.raises(ConfigError, match="no cards any more"):
            edit.document.account("team")

    def test_a_file_that_is_made_is_the_owners(self, store: ConfigStore, path: Path) -> None:
        with store.transaction() as edit:
            edit.put_account(TEAM)
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700

    def test_h59_a_file_with_a_syntax_error_is_not_overwritten(
        self, store: ConfigStore, path: Path
    ) -> None:
        filled(store)
        path.write_text("[accounts.team\n")
        for use in (store.read, store.transaction().__enter__):
            with pytest.raises(ConfigError, match=r"config\.toml, line 1, column 15: "):
                use()
        assert path.read_text() == "[accounts.team\n"

    def test_h55_a_file_that_others_may_read_is_reported_and_tightened(
        self, store: ConfigStore, path: Path
    ) -> None:
        filled(store)
        path.chmod(0o644)
        with pytest.warns(CredentialWarning, match=f"chmod 600 {path}"):
            store.read()
        with pytest.warns(CredentialWarning), store.transaction() as edit:
            edit.activate("me")
        assert path.stat().st_mode & 0o777 == 0o600
        assert store.read().active.account == "me"

    def test_h55_a_file_that_others_may_write_is_refused(
        self, store: ConfigStore, path: Path
    ) -> None:
        filled(store)
        path.chmod(0o620)
        for use in (store.read, store.transaction().__enter__):
            with pytest.raises(ConfigError, match="other users may write it"):
                use()

    @needs_root
    def test_h55_a_file_of_another_user_is_refused(self, store: ConfigStore, path: Path) -> None:
        filled(store)
        os.chown(path, SOMEONE, -1)
        with pytest.raises(ConfigError, match="it belongs to another user"):
            store.read()

    def test_h56_the_directory_of_a_custom_path_keeps_its_mode(self, tmp_path: Path) -> None:
        shared = tmp_path / "shared"
        shared.mkdir()
        shared.chmod(0o755)
        with ConfigStore(shared / "mp.toml", HOST).transaction() as edit:
            edit.put_account(TEAM)
        assert shared.stat().st_mode & 0o777 == 0o755

    def test_h56_a_link_is_followed_to_the_users_own_file(
        self, store: ConfigStore, path: Path, tmp_path: Path
    ) -> None:
        filled(store)
        dotfiles = path.rename(tmp_path / "dotfiles.toml")
        path.symlink_to(dotfiles)
        with store.transaction() as edit:
            edit.activate("me")
        assert path.readlink() == dotfiles
        assert tomllib.loads(dotfiles.read_text())["active"] == {"account": "me"}
        assert store.read().active.account == "me"


def test_nothing_is_said_about_a_file_that_is_private(store: ConfigStore) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        filled(store).read()
