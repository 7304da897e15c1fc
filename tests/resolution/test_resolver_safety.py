"""The rules that keep one identity from acting on another's data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mp_core._resolution.resolver import inputs_in, resolve
from mp_core._runtime.context import Context
from mp_core._values.selection import Selection
from mp_core.errors import AccountNotFoundError, ConfigError, ProviderNotInstalledError
from mp_core.plugin.hooks import hookimpl
from tests.support.fake_providers import Badge, BadgeAccount, host_of
from tests.support.resolver_inputs import (
    BADGE,
    TWO,
    block,
    bridge,
    heard,
    resolved,
    surroundings,
    triple,
)


@pytest.mark.parametrize(
    ("env", "asked", "reason"),
    [
        ({}, {"account": "other"}, "it was pinned for the active account"),
        (BADGE, {}, "it was pinned for the active account"),
        ({}, {"project": "5"}, "it was pinned for the account's default project"),
        ({"MP_PROJECT_ID": "5"}, {}, "it was pinned for the account's default project"),
        ({}, {"target": "bare"}, "a target brings its own workspace, or none"),
    ],
)
def test_h10_a_pin_serves_only_the_pair_it_was_made_for(
    env: Mapping[str, str], asked: dict[str, Any], reason: str
) -> None:
    tables = TWO | {"targets": {"bare": {"account": "team", "project": "1"}}}
    found = resolved(tables, env, **asked)
    assert found.session.workspace is None
    pin = found.workspace.candidates[-1]
    assert (pin.value, pin.outcome, pin.reason) == ("11", "ignored", reason)


def test_h10_the_pin_serves_its_own_pair_however_that_was_said() -> None:
    assert triple(resolved()) == ("team", "1", 11)
    assert triple(resolved(account="team", project="1")) == ("team", "1", 11)
    assert triple(resolved(env={"MP_PROJECT_ID": "1"})) == ("team", "1", 11)


def test_h10_a_targets_workspace_is_dropped_with_its_project() -> None:
    with heard() as texts:
        found = resolved(env={"MP_PROJECT_ID": "1"}, target="ecom")
    assert triple(found) == ("other", "1", None)
    own = found.workspace.candidates[2]
    assert (own.value, own.outcome) == ("33", "ignored")
    assert len(texts) == 1


def test_h10_a_workspace_knows_the_project_it_was_resolved_for() -> None:
    workspace = resolved().session.workspace
    assert workspace is not None
    assert workspace.project_id == "1"


def test_h17_a_broken_block_of_another_account_is_no_error() -> None:
    accounts = {**TWO["accounts"], "x": {"type": 3}, "y": "no table", "z": block(project_id="1")}
    assert triple(resolved(TWO | {"accounts": accounts})) == ("team", "1", 11)


@pytest.mark.parametrize("name", ["broken", "nobody"])
@pytest.mark.parametrize("said", ["account", "target", "active"])
def test_h17_an_account_that_is_passed_over_may_be_broken_and_is_on_record_by_its_name(
    said: str, name: str
) -> None:
    tables: dict[str, Any] = {
        "accounts": {"broken": {"type": 3}},
        "targets": {"there": {"account": name, "project": "9"}},
        "active": {"account": name},
    }
    asked: dict[str, Any] = {"account": {"account": name}, "target": {"target": "there"}}
    with heard():
        found = resolved(tables, BADGE, **asked.get(said, {}))
    assert found.session.account.name == "env"
    outcomes = {offer.value: offer.outcome for offer in found.account.candidates if offer.value}
    assert outcomes == {"env": "used", name: "shadowed"}


def test_h17_a_broken_active_table_stops_only_those_who_need_it() -> None:
    tables = TWO | {"active": {"account": "team", "worksapce": 3}}
    assert triple(resolved(tables, account="other")) == ("other", "2", None)
    assert triple(resolved(tables, target="ecom")) == ("other", "3", 33)
    with pytest.raises(ConfigError, match="active"):
        resolved(tables)


def test_h19_an_account_that_cannot_be_used_is_an_error_and_nothing_falls_through() -> None:
    accounts = {**TWO["accounts"], "lost": {"type": "unknown", "region": "us"}, "bad": {"type": 3}}
    tables = TWO | {"accounts": accounts}
    with pytest.raises(ProviderNotInstalledError):
        resolved(tables, account="lost")
    with pytest.raises(ConfigError, match=r"accounts\.bad"):
        resolved(tables, account="bad")
    with pytest.raises(AccountNotFoundError):
        resolved(tables, account="nobody")


HEADERS = {"settings": {"custom_header": {"name": "X-Team", "value": "blue"}}}
FAR = bridge("far", "7", headers={"x-team": "red", "X-Far": "1"}, project="8", workspace=88)


def test_h10_a_bridge_brings_its_project_workspace_and_headers() -> None:
    found = resolved(TWO | HEADERS, found=FAR)
    assert triple(found) == ("far", "8", 88)
    assert found.session.headers == {"X-Team": "red", "X-Far": "1"}
    assert [axis.origin for axis in found.axes] == ["auth.json"] * 3


@pytest.mark.parametrize(
    ("env", "asked"), [(BADGE, {}), ({}, {"account": "team"}), ({}, {"target": "ecom"})]
)
def test_h10_nothing_of_a_bridge_applies_when_another_account_won(
    env: Mapping[str, str], asked: dict[str, Any]
) -> None:
    found = resolved(TWO | HEADERS, env, FAR, **asked)
    assert found.session == resolved(TWO | HEADERS, env, **asked).session
    outcomes = [axis.candidates[3].outcome for axis in found.axes]
    assert outcomes == ["shadowed", "absent", "absent"]
    assert found.session.headers == {"X-Team": "blue"}


@pytest.mark.parametrize(("env", "asked"), [({"MP_PROJECT_ID": "5"}, {}), ({}, {"project": "5"})])
def test_h10_a_bridges_workspace_is_dropped_with_its_project(
    env: Mapping[str, str], asked: dict[str, Any]
) -> None:
    found = resolved(TWO, env, FAR, **asked)
    assert triple(found) == ("far", "5", None)
    own = found.workspace.candidates[3]
    assert (own.value, own.outcome) == ("88", "ignored")
    assert found.session.headers == {"X-Team": "red", "X-Far": "1"}


def test_h10_a_bridges_workspace_goes_with_the_default_project_of_its_account() -> None:
    assert triple(resolved(found=bridge("far", "7", workspace=88))) == ("far", "7", 88)


def test_h23_a_bridges_account_is_not_the_local_one_of_its_name() -> None:
    found = resolved(found=bridge("team", "1"))
    assert found.account.source == "bridge"
    assert found.session.account.token_place is not None
    pin = found.workspace.candidates[-1]
    assert (pin.outcome, pin.reason) == ("ignored", "it was pinned for the active account")
    assert found.session != resolved().session


BROKEN = ConfigError("The bridge auth.json cannot be used: it is not JSON.")


def test_h25_a_bridge_that_cannot_be_used_is_an_error_where_it_would_be_used() -> None:
    with pytest.raises(ConfigError) as caught:
        resolved(found=BROKEN)
    assert caught.value is BROKEN


@pytest.mark.parametrize(
    ("env", "asked"), [(BADGE, {}), ({}, {"account": "team"}), ({}, {"target": "ecom"})]
)
def test_h24_a_bridge_that_is_rejected_is_reported_and_skipped_beside_another_account(
    env: Mapping[str, str], asked: dict[str, Any]
) -> None:
    with heard() as texts:
        found = resolved(TWO, env, BROKEN, **asked)
    assert texts == [BROKEN.message]
    assert found.session == resolved(TWO, env, **asked).session
    candidate = found.account.candidates[3]
    assert (candidate.value, candidate.outcome) == (None, "absent")
    assert BROKEN.message in candidate.reason


def test_h24_a_bridge_of_the_current_directory_is_announced_when_it_is_used() -> None:
    here = FAR._replace(is_found_here=True)
    with heard() as texts:
        resolved(found=here)
    assert texts == ["Account 'far' comes from the bridge auth.json."]
    with heard() as texts:
        resolved(found=here, account="team")
    assert texts == []


@dataclass(eq=False)
class Strict(Badge):
    """A provider with a policy of its own."""

    stages: list[str] = field(default_factory=list)

    @hookimpl
    def mp_validate_account(self, account: BadgeAccount, stage: str) -> None:
        self.stages.append(stage)
        if account.username == "eve":
            raise ConfigError("Eve is not let in.")


@pytest.mark.parametrize("username", ["ann", "eve"])
def test_a_plugin_may_veto_the_account_of_a_bridge(home: Path, username: str) -> None:
    path = home / "auth.json"
    account = {**block("7"), "name": "far", "username": username}
    path.write_text(json.dumps({"version": 2, "account": account}))
    path.chmod(0o600)
    strict = Strict()
    env = {"HOME": str(home), "MP_AUTH_FILE": str(path)}
    found = inputs_in(Context(env=env, plugins=host_of(badge=strict)), Selection())
    assert strict.stages == ["bridge"]
    if username == "ann":
        assert triple(resolve(found)) == ("far", "7", None)
        return
    with pytest.raises(ConfigError, match="Eve is not let in"):
        resolve(found)


def test_environment_and_bridge_select_no_account_where_one_was_chosen(home: Path) -> None:
    context = surroundings(home, TWO, {**BADGE, "MP_AUTH_FILE": "/nowhere"})
    found = inputs_in(context, Selection(), identities=False)
    assert (list(found.identities), found.bridge) == ([], None)
    assert isinstance(inputs_in(context, Selection()).bridge, ConfigError)
