"""One version of the configuration: each block stands for itself, and errors say where to look."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core._config.document import ConfigDocument, unknown_account
from mp_core._values.headers import NO_HEADERS
from mp_core._values.session import ActiveSession, Target
from mp_core.errors import (
    AccountNotFoundError,
    ConfigError,
    ProviderNotInstalledError,
    TargetNotFoundError,
)
from tests.support.fake_providers import CANARY, HOST, PassAccount, badge
from tests.support.shown_texts import shown

CONFIG = Path("/home/ann/.mp/config.toml")
TEAM = {
    "type": "badge",
    "region": "us",
    "default_project": "7",
    "username": "ann",
    "secret": CANARY,
}
ME = {"type": "pass", "region": "eu"}
TABLES: dict[str, Any] = {
    "active": {"account": "team", "workspace": 8},
    "accounts": {"team": TEAM, "me": ME},
    "targets": {
        "ecom": {"account": "team", "project": "7", "workspace": 8},
        "far": {"account": "me", "project": "9"},
    },
    "settings": {"custom_header": {"name": "X-Team", "value": "blue"}, "theme": "dark"},
    "reports": {"weekly": True},
}


def document(text: str) -> ConfigDocument:
    return ConfigDocument.parsed(CONFIG, text, HOST)


def of(tables: dict[str, Any]) -> ConfigDocument:
    return ConfigDocument(CONFIG, tables, HOST)


class TestBlocks:
    def test_every_block_is_read_for_what_it_is(self) -> None:
        config = of(TABLES)
        assert config.account_names() == ["me", "team"]
        assert config.account("team") == badge("team", default_project="7")
        assert config.account("me") == PassAccount(name="me", region="eu")
        assert config.block("team") == TEAM
        assert config.target_names() == ["ecom", "far"]
        assert config.target("ecom") == Target(
            name="ecom", account="team", project="7", workspace=8
        )
        assert config.targets_of("team") == ["ecom"]
        assert config.targets_of("nobody") == []
        assert config.active == ActiveSession(account="team", workspace=8)
        assert config.headers == {"X-Team": "blue"}
        assert config.extensions == []

    def test_an_empty_file_holds_nothing(self) -> None:
        config = document("")
        assert (config.account_names(), config.target_names()) == ([], [])
        assert (config.active, config.headers) == (ActiveSession(), NO_HEADERS)

    def test_a_block_that_is_handed_out_is_a_copy(self) -> None:
        config = of(TABLES)
        config.block("team").clear()
        assert config.block("team") == TEAM

    def test_an_account_is_validated_once(self) -> None:
        config = of(TABLES)
        assert config.account("team") is config.account("team")

    def test_an_unknown_name_lists_the_known_ones(self) -> None:
        config = of(TABLES)
        for ask in (config.account, config.block):
            with pytest.raises(AccountNotFoundError, match=r"'x'. Known accounts: me, team\."):
                ask("x")
        with pytest.raises(TargetNotFoundError, match=r"'x'. Known targets: ecom, far\."):
            config.target("x")
        with pytest.raises(AccountNotFoundError, match="No accounts are configured"):
            document("").account("x")

    def test_of_many_names_twenty_are_listed(self) -> None:
        error = unknown_account("x", [f"n{n:03}" for n in range(25)])
        assert str(error).endswith("n018, n019 and 5 more.")
        assert len(error.details["known"]) == 25


class TestOtherTables:
    def test_accounts_of_a_block_that_is_kept_are_not_validated_again(self) -> None:
        config = of(TABLES)
        team, me = config.account("team"), config.account("me")
        changed = {**ME, "region": "us"}
        other = config.with_tables({**TABLES, "accounts": {"team": TEAM, "me": changed}})
        assert other.account("team") is team
        assert other.account("me") == PassAccount(name="me", region="us")
        assert config.account("me") is me
        assert config.with_tables({**TABLES, "accounts": {"me": ME}}).account_names() == ["me"]

    def test_no_account_stays_validated_under_other_settings(self) -> None:
        config = of(TABLES)
        team = config.account("team")
        other = config.with_tables({**TABLES, "settings": {"policy": "strict"}})
        assert other.account("team") == team
        assert other.account("team") is not team

    def test_everything_else_is_that_of_the_other_tables(self) -> None:
        config = of(TABLES)
        assert (config.active.account, config.target("far").project) == ("team", "9")
        far = {"account": "me", "project": "10"}
        other = config.with_tables({"targets": {"far": far}, "accounts": {}})
        assert (other.active, other.target("far").project) == (ActiveSession(), "10")
        with pytest.raises(AccountNotFoundError):
            other.account("team")
        assert (config.active.account, config.target("far").project) == ("team", "9")


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({}, "it has no type"),
    ({"type": 3}, "it has no type"),
    ({**TEAM, "name": "x"}, "the key name is not allowed here"),
    ({**TEAM, "project_id": "1"}, "project_id: Extra inputs are not permitted"),
    ({**TEAM, "region": "mars"}, "region: "),
    ({**TEAM, "secret": 3}, "secret: "),
    ({**TEAM, "username": ""}, "username: "),
    ({"type": "badge", "region": "us"}, "username: Field required; secret: Field required"),
]


class TestBrokenBlocks:
    @pytest.mark.parametrize(("block", "reason"), BROKEN)
    def test_h17_a_broken_account_says_what_is_wrong_and_stops_no_other(
        self, block: dict[str, Any], reason: str
    ) -> None:
        config = of({**TABLES, "accounts": {"team": TEAM, "bad": block}})
        assert config.account("team") == badge("team", default_project="7")
        assert config.account_names() == ["bad", "team"]
        with pytest.raises(ConfigError) as caught:
            config.account("bad")
        assert f"[accounts.bad] in {CONFIG} is invalid: {reason}" in str(caught.value)
        assert caught.value.details == {"path": str(CONFIG), "table": "accounts.bad"}
        assert str(CONFIG) in (caught.value.hint or "")

    @pytest.mark.parametrize("value", ["x", 3, [{}]])
    def test_h17_a_block_that_is_no_table_stops_no_other(self, value: Any) -> None:
        config = of({"accounts": {"team": TEAM, "bad": value}, "targets": {"bad": value}})
        for ask in (config.account, config.block, config.target):
            with pytest.raises(ConfigError, match=r"s\.bad\] .* it is not a table"):
                ask("bad")
        assert config.account("team").name == "team"
        assert config.targets_of("team") == []

    @pytest.mark.parametrize("name", ["a b", "ä", "a.b", "", "x" * 65])
    def test_h17_a_name_that_is_none_stops_no_other(self, name: str) -> None:
        config = of({"accounts": {"team": TEAM, name: TEAM}})
        with pytest.raises(ConfigError, match="name: String should match pattern"):
            config.account(name)
        assert config.account("team").name == "team"

    @pytest.mark.parametrize("group", ["accounts", "targets", "settings"])
    def test_h17_a_group_that_is_no_table_stops_only_who_needs_it(self, group: str) -> None:
        config = of({**TABLES, group: 3})
        asked: dict[str, Callable[[], object]] = {
            "accounts": config.account_names,
            "targets": config.target_names,
            "settings": lambda: config.headers,
        }
        for name, ask in asked.items():
            if name == group:
                with pytest.raises(ConfigError, match=rf"\[{group}\] .* it is not a table"):
                    ask()
            else:
                ask()

    @pytest.mark.parametrize(
        ("active", "reason"),
        [
            ({"account": "a b"}, "account: "),
            ({"account": 3}, "account: "),
            ({"workspace": "8"}, "workspace: "),
            ({"workspace": 0}, "workspace: "),
            ({"worksapce": 8}, "worksapce: Extra inputs are not permitted"),
            (3, "it is not a table"),
        ],
    )
    def test_h17_a_broken_active_table_stops_no_account(self, active: Any, reason: str) -> None:
        config = of({**TABLES, "active": active})
        assert config.account("team").name == "team"
        for _ in range(2):
            with pytest.raises(ConfigError, match=rf"\[active\] .* is invalid: {reason}"):
                _ = config.active

    @pytest.mark.parametrize(
        ("target", "reason"),
        [
            ({"account": "team"}, "project: Field required"),
            ({"account": "team", "project": 7}, "project: "),
            ({"account": "team", "project": "7", "region": "us"}, "region: Extra"),
            ({"account": "team", "project": "7", "name": "x"}, "the key name is not allowed here"),
        ],
    )
    def test_h17_a_broken_target_stops_no_other(self, target: Any, reason: str) -> None:
        config = of({**TABLES, "targets": {**TABLES["targets"], "bad": target}})
        with pytest.raises(ConfigError, match=rf"\[targets\.bad\] .* is invalid: {reason}"):
            config.target("bad")
        assert config.target("ecom").account == "team"

    def test_h50_a_missing_provider_is_named_with_the_account(self) -> None:
        config = of({"accounts": {"sso": {"type": "acme_sso", "any": "thing"}}})
        with pytest.raises(ProviderNotInstalledError, match="acme_sso") as caught:
            config.account("sso")
        assert caught.value.details["account"] == "sso"

    @given(st.sampled_from(sorted(TEAM)), st.sampled_from([CANARY, [CANARY], {"a": CANARY}]))
    def test_h39_no_error_about_a_block_holds_a_value_of_it(self, key: str, value: Any) -> None:
        config = of({"accounts": {"bad": {**TEAM, "novel": CANARY, key: value}}})
        with pytest.raises(ConfigError) as caught:
            config.account("bad")
        if key != "type" or not isinstance(value, str):  # A type that is unknown is named.
            assert CANARY not in shown(caught.value)


class TestSettings:
    @pytest.mark.parametrize(
        ("header", "reason"),
        [
            ("X-Team: blue", "custom_header needs a name and a value"),
            ({"name": "X-Team"}, "custom_header needs a name and a value"),
            ({"name": 1, "value": "x"}, "custom_header needs a name and a value"),
            ({"name": "X", "value": "x", "more": 1}, "custom_header needs a name and a value"),
            ({"name": "X-Team", "value": 1}, "The header X-Team holds"),
            ({"name": "Authorization", "value": CANARY}, "The header Authorization may not be set"),
        ],
    )
    def test_h27_a_header_that_cannot_be_set_is_refused(self, header: Any, reason: str) -> None:
        with pytest.raises(ConfigError, match=rf"\[settings\] .* is invalid: {reason}") as caught:
            _ = of({"settings": {"custom_header": header}}).headers
        assert CANARY not in shown(caught.value)

    @pytest.mark.parametrize("names", ["keyring", [1], {"a": 1}])
    def test_extensions_are_a_list_of_names(self, names: Any) -> None:
        with pytest.raises(ConfigError, match="extensions is not a list of names"):
            _ = of({"settings": {"extensions": names}}).extensions
        assert of({"settings": {"extensions": ["a", "b"]}}).extensions == ["a", "b"]
