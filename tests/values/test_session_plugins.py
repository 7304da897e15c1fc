"""The plugins that serve a session's account go along with it, and change nothing else of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest

import mp_core as mp
from mp_core._values.session import Session
from mp_core.plugin._host.plugin_set import PluginSet
from tests.support.fake_providers import badge
from tests.support.home_files import write_config

TEAM = Session(account=badge(), project="7", workspace=8, headers={"X-Team": "blue"})
SERVED = TEAM.replace(account=TEAM.account.served_by(PluginSet(None, ("audit",))))


def test_h63_they_do_not_show() -> None:
    assert SERVED == TEAM
    assert TEAM == SERVED
    assert hash(SERVED.account) == hash(TEAM.account)
    assert repr(SERVED) == repr(TEAM)
    assert dict(SERVED.account) == dict(TEAM.account)
    assert SERVED.model_dump() == TEAM.model_dump()
    assert SERVED.model_dump_json() == TEAM.model_dump_json()


def test_h63_they_cannot_be_taken_away() -> None:
    account = SERVED.account
    with pytest.raises(AttributeError, match="stays with its plugins"):
        account._plugin_set = None  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="stays with its plugins"):
        del account._plugin_set  # type: ignore[attr-defined]
    assert account.plugin_set == PluginSet(None, ("audit",))


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda it: it.replace(project="7")])
def test_h63_a_copy_keeps_them(again: Callable[[Session], Session]) -> None:
    assert again(SERVED).account.plugin_set == SERVED.account.plugin_set


def test_h63_another_account_comes_with_its_own_or_takes_those_of_the_session() -> None:
    other, own = badge("other"), PluginSet(("badge",))
    assert SERVED.replace(account=other).account == other
    assert SERVED.replace(account=other).account.plugin_set == PluginSet(None, ("audit",))
    assert SERVED.replace(account=other.served_by(own)).account.plugin_set == own
    assert TEAM.replace(account=other).account.plugin_set is None


@pytest.mark.parametrize("text", ["[", "[settings]\nextensions = 3", "config_version = 1"])
def test_h63_a_configuration_that_cannot_be_read_does_not_mean_none(home: Path, text: str) -> None:
    write_config(home, text)
    with pytest.raises(mp.ConfigError, match=r"config\.toml"):
        TEAM.auth_header()
    with pytest.raises(mp.ConfigError, match=r"config\.toml"):
        mp.SessionAuth(TEAM).header()
    with pytest.raises(mp.ProviderNotInstalledError, match="'badge'"):
        TEAM.replace(account=TEAM.account.served_by(PluginSet())).auth_header()
