"""The surroundings of a call: evaluated when they are used, shared where they are the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from mp_core._runtime.context import Context
from mp_core.errors import ConfigError, ProviderNotInstalledError
from mp_core.plugin._host.discovery import Installed
from mp_core.plugin._host.host import Host, host_for
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS, hookimpl
from tests.support.fake_providers import HOST, Badge, PassAccount, badge, tokens
from tests.support.home_files import write_config

ME = PassAccount(name="me", region="eu")


def context(home: Path, **env: str) -> Context:
    return Context(env={"HOME": str(home), **env}, plugins=HOST)


class TestEnvironment:
    def test_it_is_that_of_the_process_at_the_time_of_use(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        around = Context()
        assert around.root == home / ".mp"
        monkeypatch.setenv("MP_STORAGE_DIR", str(home / "else"))
        assert around.root == home / "else"
        assert around.store.path == home / "else" / "config.toml"

    @pytest.mark.parametrize(
        ("env", "ignores_env", "reads"),
        [
            ({}, False, True),
            ({"MP_IGNORE_ENV": "0"}, False, True),
            ({"MP_IGNORE_ENV": "1"}, False, False),
            ({}, True, False),
            ({"MP_IGNORE_ENV": "maybe"}, True, False),
        ],
    )
    def test_it_can_be_left_out_of_resolution(
        self, env: Mapping[str, str], ignores_env: bool, reads: bool
    ) -> None:
        assert Context(env=env, ignores_env=ignores_env).reads_env is reads

    def test_a_switch_that_is_neither_on_nor_off_is_an_error(self) -> None:
        with pytest.raises(ConfigError, match="MP_IGNORE_ENV"):
            _ = Context(env={"MP_IGNORE_ENV": "maybe"}).reads_env

    def test_h39_no_context_shows_it(self) -> None:
        assert "fake-secret" not in repr(Context(env={"MP_SECRET": "fake-secret-of-env"}))

    def test_looking_at_everything_makes_nothing(self, home: Path) -> None:
        around = context(home)
        for part in (around.host, around.root, around.store, around.vault, around.config()):
            assert part is not None
        assert around.vault.peek(ME) is None
        assert list(home.iterdir()) == []


class TestPlugins:
    def test_the_allow_list_chooses_the_host(self) -> None:
        assert Context(env={}).host is host_for({})
        none = Context(env={"MP_PLUGINS": ""}).host
        assert none is not host_for({})
        assert none.types() == []

    def test_what_is_given_takes_the_place_of_what_is_installed(self) -> None:
        assert Context(env={"MP_PLUGINS": ""}, plugins=HOST).host is HOST


class TestSharing:
    def test_the_same_surroundings_share_store_and_vault(self, home: Path) -> None:
        one, two = context(home), context(home, MP_PROJECT_ID="7")
        assert one.store is two.store
        assert one.vault is two.vault
        assert one.config() is two.config()

    @pytest.mark.parametrize(
        "change",
        [
            {"env": {"HOME": "/elsewhere"}},
            {"plugins": Host({})},
            {"transport": httpx.MockTransport(lambda request: httpx.Response(500))},
        ],
        ids=["home", "plugins", "transport"],
    )
    def test_tokens_are_not_shared_with_others(self, home: Path, change: dict[str, Any]) -> None:
        usual: dict[str, Any] = {"env": {"HOME": str(home)}, "plugins": HOST}
        assert Context(**{**usual, **change}).vault is not Context(**usual).vault

    def test_another_address_is_another_vault(self, home: Path) -> None:
        there = context(home, MP_API_BASE_URL="https://acme.example")
        assert there.vault is not context(home).vault

    def test_h17_a_malformed_address_does_not_hide_the_tokens(self, home: Path) -> None:
        context(home).vault.store(ME, tokens())
        around = context(home, MP_API_BASE_URL="http://acme.example")
        assert around.vault.peek(ME) == tokens()
        with pytest.raises(ConfigError, match="MP_API_BASE_URL"):
            around.oauth_http(ME)


class TestOAuthHttp:
    @pytest.mark.parametrize(
        ("env", "url"),
        [
            ({}, "https://eu.mixpanel.com/oauth/token/"),
            ({"MP_API_BASE_URL": "http://127.0.0.1:9"}, "http://127.0.0.1:9/oauth/token/"),
        ],
    )
    def test_addresses_are_below_those_of_the_accounts_region(
        self, env: Mapping[str, str], url: str
    ) -> None:
        seen: list[str] = []

        def answer(request: httpx.Request) -> httpx.Response:
            seen.append(str(request.url))
            return httpx.Response(302, headers={"location": "/login"})

        transport = httpx.MockTransport(answer)
        with Context(env=env, transport=transport, plugins=HOST).oauth_http(ME) as http:
            assert http.post("token/").status_code == 302
        assert seen == [url]

    def test_h76_tokens_that_are_called_a_page_are_kept(self) -> None:
        body = b'{"access_token": "fake"}'
        said = {"Content-Type": "text/html", "Server": "squid/6.1"}
        transport = httpx.MockTransport(
            lambda request: httpx.Response(200, headers=said, stream=httpx.ByteStream(body))
        )
        with Context(env={}, transport=transport, plugins=HOST).oauth_http(ME) as http:
            assert http.post("token/").json() == {"access_token": "fake"}

    def test_h46_redirects_are_not_followed_and_waiting_ends(self) -> None:
        with Context(env={}, plugins=HOST).oauth_http(ME) as http:
            assert http.follow_redirects is False
            assert http.timeout == httpx.Timeout(30.0, connect=10.0)


class Policy:
    """An extension that lets only Ann in."""

    @hookimpl
    def mp_validate_account(self, account: Account) -> None:
        if getattr(account, "username", "ann") != "ann":
            raise ConfigError("Only Ann is let in.")


def plugins_with_policy() -> Host:
    def announced(name: str, group: str, plugin: object) -> tuple[Installed, ...]:
        point = SimpleNamespace(load=lambda: plugin)
        return (Installed(name, group, f"mp-{name}", "1.0", cast(Any, point)),)

    found = {
        (PROVIDERS, "badge"): announced("badge", PROVIDERS, Badge()),
        (EXTENSIONS, "policy"): announced("policy", EXTENSIONS, Policy()),
    }
    return Host({}, scan=lambda: found)


class TestExtensions:
    @pytest.fixture
    def config(self, home: Path) -> Path:
        return write_config(home, "")

    def test_those_that_the_configuration_names_are_asked(self, home: Path, config: Path) -> None:
        config.write_text('[settings]\nextensions = ["policy"]\n')
        around = Context(env={"HOME": str(home)}, plugins=plugins_with_policy())
        with around.transaction() as edit:
            around.host.validate(badge(), "add")
            with pytest.raises(ConfigError, match="Only Ann is let in"):
                around.host.validate(badge(username="eve"), "add")
            edit.put_account(badge(username="eve"))
        with pytest.raises(ConfigError, match="Only Ann is let in"):
            around.config().account("team")

    def test_others_are_not_asked(self, home: Path, config: Path) -> None:
        around = Context(env={"HOME": str(home)}, plugins=plugins_with_policy())
        around.config()
        around.host.validate(badge(username="eve"), "add")

    def test_one_that_is_missing_leaves_no_account_usable(self, home: Path, config: Path) -> None:
        config.write_text('[settings]\nextensions = ["policy"]\n')
        around = Context(env={"HOME": str(home)}, plugins=plugins_with_policy())
        with around.transaction() as edit:
            edit.put_account(badge())
        config.write_text(config.read_text().replace('"policy"', '"audit"'))
        with pytest.raises(ProviderNotInstalledError, match="'audit'"):
            around.config().account("team")


def test_h65_a_binding_names_the_configuration_file_by_its_place(tmp_path: Path) -> None:
    env = {"MP_STORAGE_DIR": str(tmp_path)}
    assert Context(env=env).binding(badge()).config == "config.toml"
    elsewhere = {**env, "MP_CONFIG_PATH": str(tmp_path.parent / "b.toml")}
    assert Context(env=elsewhere).binding(badge()).config == str(tmp_path.parent / "b.toml")
