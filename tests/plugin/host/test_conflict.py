"""A name that several plugins claim: all are named, and the one that has it by right stays."""

from __future__ import annotations

from typing import Any, cast

import pytest

from mp_core.plugin._host.conflict import conflict
from mp_core.plugin._host.discovery import Installed
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS
from tests.support.plugin_modules import Point


def claims(name: str, *claimants: str, group: str = PROVIDERS) -> list[Installed]:
    point = cast(Any, Point(None))
    pairs = [claimant.split() for claimant in claimants]
    return [Installed(name, group, title, version, point) for title, version in pairs]


def told(name: str, *claimants: str, group: str = PROVIDERS) -> tuple[str, str]:
    error = conflict(group, name, claims(name, *claimants, group=group))
    return str(error), error.hint or ""


@pytest.mark.parametrize("group", [PROVIDERS, EXTENSIONS])
def test_h49_every_claimant_is_named_with_its_version(group: str) -> None:
    message, hint = told("desk", "c-sso 3.0", "a-sso 1.0", "b-sso 2.0", group=group)
    assert message.endswith(
        "'desk' is claimed by a-sso 1.0, b-sso 2.0 and c-sso 3.0; none of them is used."
    )
    assert hint.startswith("Remove all but one of them: ")
    assert [f"uninstall {name}-sso" in hint for name in "abc"] == [True] * 3


def test_h49_of_two_claimants_either_may_be_removed() -> None:
    message, hint = told("desk", "b-sso 2.0", "a-sso 1.0")
    assert message == "Account type 'desk' is claimed by a-sso 1.0 and b-sso 2.0; neither is used."
    assert hint.startswith("Remove one of them: ")
    assert " · or: " in hint


def test_h49_one_distribution_that_claims_a_name_more_than_once_is_not_to_be_removed() -> None:
    message, hint = told("desk", "a-sso 1.0", "a-sso 1.0", "a-sso 1.0")
    assert message.endswith("is claimed by a-sso 1.0, 3 times; none of them is used.")
    assert "uninstall" not in hint


@pytest.mark.providers
@pytest.mark.parametrize("known", ["mp-oauth-token", "mp_oauth_token", "MP.OAuth.Token"])
def test_h84_the_distribution_that_the_type_comes_from_is_never_what_to_remove(known: str) -> None:
    _, one = told("oauth_token", f"{known} 1.0", "a-sso 1.0")
    assert one.startswith("Remove the other: ")
    assert one.endswith("uninstall a-sso")
    _, two = told("oauth_token", f"{known} 1.0", "a-sso 1.0", "z-sso 1.0")
    assert two.startswith("Remove the others: ")
    assert "uninstall a-sso · and: " in two
    assert known not in one + two
