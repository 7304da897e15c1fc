"""Explicit switches, from one resolution to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import pytest
import tomli_w

from mp_core.account_model import Account
from mp_core.context import Context
from mp_core.errors import ConfigError, OAuthError
from mp_core.hookspecs import PROVIDERS, hookimpl
from mp_core.installation import Installed
from mp_core.registry import Registry
from mp_core.request import Request, request
from mp_core.resolution import Resolution
from mp_core.resolver import inputs_in, resolve
from mp_core.switch import switched, switched_within


class DoorAccount(Account):
    type: Literal["door"] = "door"
    closed: bool = False

    def is_long_lived(self) -> bool:
        return True


class Door:
    """A provider whose header cannot be had from a closed account."""

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return DoorAccount

    @hookimpl
    def mp_auth_header(self, account: DoorAccount) -> str:
        if account.closed:
            raise OAuthError("It is closed.")
        return "Door open"

    def load(self) -> Door:
        return self


_DOOR = Installed("door", PROVIDERS, "mp-door", "1.0", cast(Any, Door()))
REGISTRY = Registry({}, scan=lambda: {(PROVIDERS, "door"): (_DOOR,)})
TABLES = {
    "active": {"account": "one", "workspace": 11},
    "accounts": {
        "one": {"type": "door", "region": "us", "default_project": "1"},
        "two": {"type": "door", "region": "eu", "default_project": "2"},
        "bare": {"type": "door", "region": "eu"},
        "closed": {"type": "door", "region": "us", "default_project": "3", "closed": True},
    },
    "targets": {
        "far": {"account": "two", "project": "4", "workspace": 44},
        "shut": {"account": "closed", "project": "4"},
        "here": {"account": "one", "project": "1"},
    },
}


@dataclass(frozen=True)
class Surroundings(Context):
    @property
    def registry(self) -> Registry:
        return REGISTRY


@pytest.fixture
def base(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "config.toml"
    path.write_text(tomli_w.dumps(TABLES))
    path.chmod(0o600)
    return {"MP_CONFIG_PATH": str(path), "HOME": str(tmp_path)}


def start(env: Mapping[str, str]) -> tuple[Context, Resolution]:
    context = Surroundings(env=env)
    return context, resolve(inputs_in(context, Request()))


def triple(found: Resolution) -> tuple[str, str, int | None]:
    session = found.session
    return session.account.name, session.project_id, session.workspace_id


def after(env: Mapping[str, str], **asked: Any) -> tuple[str, str, int | None]:
    context, before = start(env)
    return triple(switched(context, before, request(**asked)))


def test_an_account_brings_its_own_project_and_no_workspace(base: dict[str, str]) -> None:
    assert after(base, account="two") == ("two", "2", None)
    assert after(base, account="two", project="5") == ("two", "5", None)
    assert after(base, account="two", workspace=6) == ("two", "2", 6)


@pytest.mark.filterwarnings("ignore::mp_core.CredentialWarning")
def test_an_account_switch_takes_the_scope_of_the_environment(base: dict[str, str]) -> None:
    env = base | {"MP_PROJECT_ID": "8", "MP_WORKSPACE_ID": "88"}
    assert after(env, account="two") == ("two", "8", 88)
    assert after(env, account="two", project="5") == ("two", "8", 88)
    assert after(env, account="two", workspace=6) == ("two", "8", 6)
    assert after(env | {"MP_IGNORE_ENV": "1"}, account="two") == ("two", "2", None)


def test_the_old_project_is_never_carried_over(base: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="'bare'") as caught:
        after(base, account="bare")
    assert caught.value.code == "NO_PROJECT"


def test_h19_an_account_without_a_credential_is_refused(base: dict[str, str]) -> None:
    for asked in ({"account": "closed"}, {"target": "shut"}):
        with pytest.raises(OAuthError, match="closed"):
            after(base, **asked)


def test_h10_a_project_drops_the_pin_and_a_workspace_keeps_the_project(
    base: dict[str, str],
) -> None:
    _, before = start(base)
    assert triple(before) == ("one", "1", 11)
    moved = switched_within(before, request(project="5"))
    assert triple(moved) == ("one", "5", None)
    assert triple(switched_within(before, request(project="5", workspace=6))) == ("one", "5", 6)
    pinned = switched_within(moved, request(workspace=7))
    assert triple(pinned) == ("one", "5", 7)
    assert pinned.session.workspace is not None
    assert pinned.session.workspace.project_id == "5"


def test_what_stays_where_it_is_changes_nothing(base: dict[str, str]) -> None:
    context, before = start(base)
    assert switched_within(before, request()) is before
    assert switched_within(before, request(project="1")) is before
    assert switched(context, before, request(account="one")) is before
    assert switched(context, before, request(account="one", project="1")) is before


def test_a_workspace_given_beside_the_same_account_is_taken(base: dict[str, str]) -> None:
    assert after(base, account="one", workspace=12) == ("one", "1", 12)


def test_h10_a_target_sets_all_three_axes(base: dict[str, str]) -> None:
    assert after(base, target="far") == ("two", "4", 44)
    assert after(base, target="here") == ("one", "1", None)


def test_h16_a_switch_is_on_record(base: dict[str, str]) -> None:
    context, before = start(base)
    far = switched(context, before, request(account="two"))
    assert (far.account.source, far.account.origin) == ("parameter", "account=")
    assert far.project.source == "default_project"
    near = switched_within(far, request(project="9"))
    assert near.account is far.account
    assert (near.project.source, near.project.value) == ("parameter", "9")
    assert near.workspace.winner is None
    kept = switched_within(near, request(workspace=3))
    assert kept.project is near.project
    assert (kept.workspace.source, kept.workspace.value) == ("parameter", "3")
