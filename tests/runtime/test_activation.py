"""Extensions are switched on and off in the configuration, of which nothing else changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from mp_core._runtime.context import Context
from mp_core._runtime.inventory import Plugins
from mp_core.errors import ConfigError, ProviderFailedError, ProviderNotInstalledError
from mp_core.plugin._host.discovery import Installed
from mp_core.plugin._host.host import Host
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS, hookimpl
from tests.support.fake_providers import Pass, tokens
from tests.support.home_files import tables_in, write_config
from tests.support.plugin_modules import announce, plugin
from tests.support.wallets import Wallet

TEXT = """\
# Written by hand.
[settings]  # of ours
# Who may do what.
extensions = ["gone", "policy"] # both

knob = { of = "a later version" }

[accounts.me]
type = "pass"   # as ever
region = "us"
"""


class Fresh(Pass):
    """A provider whose accounts have a login."""

    @hookimpl
    def mp_refresh_tokens(self) -> None: ...


class Store(Wallet):
    """A store of tokens as an extension, and as its own entry point."""


@pytest.fixture
def path(home: Path) -> Path:
    return write_config(home, TEXT)


def plugins(home: Path, **env: str) -> Plugins:
    wallet = Store()
    found = {
        **announce("policy", plugin(mp_validate_account=lambda: None), group=EXTENSIONS),
        **announce("quota", plugin(mp_validate_account=lambda: None), group=EXTENSIONS),
        **announce("store", wallet, group=EXTENSIONS),
        **announce("broken", RuntimeError("not today"), group=EXTENSIONS),
        (PROVIDERS, "pass"): (Installed("pass", PROVIDERS, "mp-pass", "1.0", cast(Any, Fresh())),),
    }
    surroundings = {"HOME": str(home), **env}
    return Plugins(Context(env=surroundings, plugins=Host(surroundings, scan=lambda: found)))


def switched_on(path: Path) -> list[str]:
    names: list[str] = tables_in(path)["settings"]["extensions"]
    return names


def test_one_that_is_switched_on_comes_last_and_all_else_stays(home: Path, path: Path) -> None:
    done = plugins(home).enable("quota")
    assert (done.name, done.is_on, done.has_changed, done.is_required) == (
        *("quota", True, True),
        False,
    )
    assert path.read_text() == TEXT.replace('"policy"]', '"policy", "quota"]')


def test_one_that_is_switched_off_goes_and_all_else_stays(home: Path, path: Path) -> None:
    done = plugins(home).disable("policy")
    assert (done.is_on, done.has_changed) == (False, True)
    assert path.read_text() == TEXT.replace('"gone", "policy"', '"gone"')


def test_on_and_off_again_leaves_the_file_as_it_was(home: Path, path: Path) -> None:
    plugins(home).enable("quota")
    plugins(home).disable("quota")
    assert path.read_text() == TEXT


def test_the_last_one_leaves_an_empty_list_with_its_comment(home: Path, path: Path) -> None:
    path.write_text('[settings]\nextensions = ["policy"]  # mine\n')
    plugins(home).disable("policy")
    assert path.read_text() == "[settings]\nextensions = []  # mine\n"


def test_without_a_file_one_is_made(home: Path) -> None:
    plugins(home).enable("policy")
    assert switched_on(home / ".mp" / "config.toml") == ["policy"]


def test_what_is_on_or_off_already_stays_so_without_an_error(home: Path, path: Path) -> None:
    on, off = plugins(home).enable("policy"), plugins(home).disable("quota")
    assert (on.is_on, on.has_changed, off.is_on, off.has_changed) == (True, False, False, False)
    assert path.read_text() == TEXT


def test_one_that_is_gone_can_be_switched_off(home: Path, path: Path) -> None:
    assert plugins(home).disable("gone").has_changed
    assert switched_on(path) == ["policy"]


@pytest.mark.parametrize(
    ("name", "error"), [("broken", ProviderFailedError), ("gone", ProviderNotInstalledError)]
)
def test_one_that_does_not_load_is_not_switched_on(
    home: Path, path: Path, name: str, error: type[ConfigError]
) -> None:
    with pytest.raises(error) as raised:
        plugins(home).enable(name)
    assert raised.value.code != "PLUGIN_NOT_FOUND"
    assert path.read_text() == TEXT


def test_whoever_misses_one_that_is_on_learns_how_to_do_without_it(home: Path, path: Path) -> None:
    with pytest.raises(ProviderNotInstalledError) as raised:
        plugins(home)._context.config().account("me")
    assert str(raised.value.hint).endswith(" Or do without it: mp plugins disable gone")


def test_h53_one_that_is_not_allowed_is_not_switched_on(home: Path, path: Path) -> None:
    with pytest.raises(ProviderNotInstalledError, match="'quota' is installed but not allowed"):
        plugins(home, MP_PLUGINS="pass").enable("quota")
    assert path.read_text() == TEXT


@pytest.mark.parametrize("way", ["enable", "disable"])
def test_a_provider_is_not_switched_and_the_error_says_why(
    home: Path, path: Path, way: str
) -> None:
    with pytest.raises(ConfigError, match="'pass' is a provider") as raised:
        getattr(plugins(home), way)("pass")
    assert raised.value.code == "NO_EXTENSION"
    assert path.read_text() == TEXT


@pytest.mark.parametrize("way", ["enable", "disable", "show"])
def test_an_unknown_name_is_an_error_that_says_which_are_close(
    home: Path, path: Path, way: str
) -> None:
    with pytest.raises(ProviderNotInstalledError, match="Did you mean policy") as raised:
        getattr(plugins(home), way)("polcy")
    assert raised.value.code == "PLUGIN_NOT_FOUND"
    assert raised.value.details["known"] == ["broken", "gone", "pass", "policy", "quota", "store"]
    assert path.read_text() == TEXT


def test_a_required_one_is_switched_off_in_the_file_and_stays_on(home: Path, path: Path) -> None:
    done = plugins(home, MP_REQUIRE_EXTENSIONS="policy").disable("policy")
    assert (done.is_on, done.has_changed, done.is_required) == (True, True, True)
    assert switched_on(path) == ["gone"]


def test_one_that_only_the_environment_requires_is_known(home: Path, path: Path) -> None:
    done = plugins(home, MP_REQUIRE_EXTENSIONS="elsewhere").disable("elsewhere")
    assert (done.is_on, done.has_changed) == (True, False)


def test_a_malformed_list_is_an_error_and_stays_as_it_is(home: Path) -> None:
    path = write_config(home, '[settings]\nextensions = "policy"\n')
    with pytest.raises(ConfigError, match="extensions is not a list of names"):
        plugins(home).enable("quota")
    assert path.read_text() == '[settings]\nextensions = "policy"\n'


class TestLogins:
    @pytest.fixture
    def logged_in(self, home: Path) -> Plugins:
        """Plugins beside accounts of which one is logged in, its tokens in the file."""
        write_config(home, TEXT.replace('"gone", "policy"', ""))
        made = plugins(home)
        context = made._context
        context.vault.store(context.config().account("me"), tokens())
        return made

    def test_h97_whose_login_a_new_store_does_not_have_is_told(self, logged_in: Plugins) -> None:
        assert logged_in.enable("store").left_logins == ("me",)
        assert logged_in.enable("store").left_logins == ()

    def test_h97_so_is_whose_login_goes_with_a_store(self, logged_in: Plugins) -> None:
        logged_in.enable("store")
        context = logged_in._context
        context.vault.store(context.config().account("me"), tokens())
        assert logged_in.disable("store").left_logins == ("me",)

    def test_one_that_keeps_no_tokens_leaves_no_login_behind(self, logged_in: Plugins) -> None:
        assert logged_in.enable("policy").left_logins == ()
