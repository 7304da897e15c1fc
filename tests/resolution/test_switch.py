"""Explicit switches, from one resolution to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mp_core._resolution.record import Resolution
from mp_core._resolution.resolver import inputs_in, resolve
from mp_core._resolution.switch import switched, switched_within
from mp_core._runtime.context import Context
from mp_core._values.selection import Selection, selected
from mp_core.errors import ConfigError, OAuthError
from mp_core.targets import Targets
from tests.support.resolver_inputs import triple
from tests.support.sandbox_accounts import FOX, NINE, TEN, WEB

PIN = 3448413


@pytest.fixture
def before(context: Context, config: Path) -> Resolution:
    return resolve(inputs_in(context, Selection()))


def resolution_after(context: Context, before: Resolution, asked: Selection) -> Resolution:
    return switched(context, before, asked)[0]


@pytest.mark.parametrize(
    ("asked", "after"),
    [
        ({"account": "ada"}, ("ada", FOX, None)),
        ({"account": "ada", "project": NINE}, ("ada", NINE, None)),
        ({"account": "ada", "workspace": 6}, ("ada", FOX, 6)),
        ({"account": "ci", "workspace": 12}, ("ci", WEB, 12)),
        ({"account": "ci", "project": TEN}, ("ci", TEN, None)),
        ({"account": "bare", "project": TEN}, ("bare", TEN, None)),
    ],
    ids=str,
)
def test_h10_an_account_brings_its_own_project_and_no_workspace(
    context: Context, before: Resolution, asked: dict[str, Any], after: tuple[str, str, int | None]
) -> None:
    assert triple(resolution_after(context, before, selected(**asked))) == after


@pytest.mark.filterwarnings("ignore::mp_core.CredentialWarning")
def test_an_account_switch_takes_the_scope_of_the_environment(
    context: Context, before: Resolution, env: dict[str, str]
) -> None:
    env |= {"MP_PROJECT_ID": "8", "MP_WORKSPACE_ID": "88"}

    def after(**asked: Any) -> tuple[str, str, int | None]:
        return triple(resolution_after(context, before, selected(account="ada", **asked)))

    assert after() == ("ada", "8", 88)
    assert after(project=NINE) == ("ada", "8", 88)
    assert after(workspace=6) == ("ada", "8", 6)
    env["MP_IGNORE_ENV"] = "1"
    assert after() == ("ada", FOX, None)


def test_the_old_project_is_never_carried_over(context: Context, before: Resolution) -> None:
    with pytest.raises(ConfigError, match="'bare'") as caught:
        resolution_after(context, before, selected(account="bare"))
    assert caught.value.code == "NO_PROJECT"


@pytest.mark.parametrize("asked", [{"account": "lost"}, {"target": "gone"}])
def test_h19_an_account_without_a_credential_is_refused(
    context: Context, before: Resolution, asked: dict[str, Any]
) -> None:
    with pytest.raises(OAuthError, match="lost"):
        resolution_after(context, before, selected(**asked))


def test_h10_a_project_drops_the_pin_and_a_workspace_keeps_the_project(before: Resolution) -> None:
    assert triple(before) == ("ci", WEB, PIN)
    moved = switched_within(before, selected(project=TEN))
    assert triple(moved) == ("ci", TEN, None)
    assert triple(switched_within(before, selected(project=TEN, workspace=6))) == ("ci", TEN, 6)
    pinned = switched_within(moved, selected(workspace=7))
    assert triple(pinned) == ("ci", TEN, 7)
    assert pinned.session.workspace is not None
    assert pinned.session.workspace.project_id == TEN


def test_what_stays_where_it_is_changes_nothing(context: Context, before: Resolution) -> None:
    assert switched_within(before, selected()) is before
    assert switched_within(before, selected(project=WEB)) is before
    assert resolution_after(context, before, selected(account="ci")) is before
    assert resolution_after(context, before, selected(account="ci", project=WEB)) is before


def test_h10_a_target_sets_all_three_axes(context: Context, before: Resolution) -> None:
    assert triple(resolution_after(context, before, selected(target="shop"))) == (
        "ada",
        WEB,
        3448414,
    )
    Targets(context).add("here", account="ci", project=WEB)
    assert triple(resolution_after(context, before, selected(target="here"))) == ("ci", WEB, None)


def test_h16_a_switch_is_on_record(context: Context, before: Resolution) -> None:
    far = resolution_after(context, before, selected(account="ada"))
    assert (far.account.source, far.account.origin) == ("parameter", "account=")
    assert far.project.source == "default_project"
    near = switched_within(far, selected(project=NINE))
    assert near.account is far.account
    assert (near.project.source, near.project.value) == ("parameter", NINE)
    assert near.workspace.winner is None
    kept = switched_within(near, selected(workspace=3))
    assert kept.project is near.project
    assert (kept.workspace.source, kept.workspace.value) == ("parameter", "3")
