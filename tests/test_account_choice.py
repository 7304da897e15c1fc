"""`mp.accounts` without a name: the account in force, wherever it comes from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mp_core._runtime.context import Context
from mp_core._values.selection import Selection
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError, CredentialWarning, TargetNotFoundError
from mp_core.sandbox import Sandbox
from tests.support.home_files import configure
from tests.support.sandbox_accounts import APP, TEN, WEB, as_identity, badge_of

Choose = Callable[..., Accounts]


@pytest.fixture
def choose(context: Context, config: Path) -> Choose:
    """Accounts for what is asked, such as the command line's global options."""
    return lambda **asked: Accounts(context, asked=Selection(**asked))


def email(accounts: Accounts) -> str | None:
    user = accounts.test().user
    return user.email if user else None


def test_the_active_account_is_meant_where_nothing_is_asked(choose: Choose) -> None:
    assert choose().show().name == "ci"
    assert email(choose()) == "ci@robots.example"


@pytest.mark.parametrize("asked", [{"account": "ada"}, {"target": "shop"}])
def test_h14_the_account_that_was_asked_for_is_meant(
    choose: Choose, asked: dict[str, Any], home: Path
) -> None:
    accounts = choose(**asked)
    assert accounts.show().name == "ada"
    assert email(accounts) == "ada@people.example"
    path = accounts.export_bridge(to=home / "bridge.json")
    assert json.loads(path.read_text())["account"]["name"] == "ada"


def test_h14_the_token_is_that_of_the_account_that_was_asked_for(
    choose: Choose, home: Path, sandbox: Sandbox
) -> None:
    tokens = {
        name: sandbox.samples_for(sandbox.identities[n])["token"] for n, name in enumerate("ab")
    }
    ticket = {"type": "ticket", "region": "us"}
    configure(home, accounts={name: {**ticket, "token": token} for name, token in tokens.items()})
    for name, token in tokens.items():
        assert choose(account=name).token() == token


def test_a_name_goes_before_what_was_asked(choose: Choose) -> None:
    accounts = choose(account="ada")
    assert accounts.show("bare").name == "bare"
    assert accounts.test("bare").account_name == "bare"


def test_h12_an_identity_in_the_environment_goes_first_and_says_so(
    choose: Choose, env: dict[str, str], sandbox: Sandbox
) -> None:
    as_identity(env, sandbox.identities[2], APP)
    with pytest.warns(CredentialWarning, match="account=ada"):
        shown = choose(account="ada").show()
    assert (shown.name, shown.type, shown.status) == ("env", "badge", "untested")
    assert email(choose()) == "grace@people.example"


def test_h15_an_account_from_elsewhere_is_not_taken_for_a_local_one_of_its_name(
    choose: Choose, home: Path, env: dict[str, str], sandbox: Sandbox
) -> None:
    ci, ada, _ = sandbox.identities
    target = {"account": "env", "project": WEB}
    local = {"account": "env"}, {"env": badge_of(ci, WEB)}, {"t": target}
    configure(home, active=local[0], accounts=local[1], targets=local[2])
    accounts = choose()
    assert email(accounts) == "ci@robots.example"
    assert (accounts.show().status, accounts.show().is_active) == ("ok", True)
    as_identity(env, ada, WEB)
    shown = accounts.show()
    assert (shown.name, shown.status, shown.is_active) == ("env", "untested", False)
    assert shown.referenced_by_targets == []


def test_h19_what_cannot_be_used_is_an_error_and_nothing_falls_through(
    choose: Choose, sandbox: Sandbox
) -> None:
    accounts = choose(account="nobody")
    for ask in (accounts.show, accounts.token):
        with pytest.raises(ConfigError, match="nobody"):
            ask()
    assert "nobody" in (accounts.test().error or "")
    with pytest.raises(TargetNotFoundError, match="gone, shop, ten"):
        choose(target="nowhere").show()
    assert sandbox.requests == []


def test_without_any_account_the_ways_to_name_one_are_told(choose: Choose, home: Path) -> None:
    configure(home)
    with pytest.raises(ConfigError) as caught:
        choose().show()
    assert "mp account add" in str(caught.value.hint)
    result = choose().test()
    assert (result.account_name, result.ok) == ("", False)
    assert "mp account add" in str(result.error)


@pytest.mark.parametrize(
    ("asked", "given", "project", "workspace"),
    [
        ({}, {}, None, None),
        ({"project": TEN, "workspace": 102}, {}, TEN, 102),
        ({"target": "shop"}, {}, WEB, 3448414),
        ({"target": "shop"}, {"project": TEN}, TEN, None),
        ({"target": "shop"}, {"account": "ada"}, WEB, 3448414),
        ({"target": "shop"}, {"account": "ci"}, None, None),
        ({"project": TEN, "workspace": 102}, {"project": APP}, APP, None),
        ({"project": TEN}, {"workspace": 5}, TEN, 5),
    ],
)
def test_h14_a_bridge_carries_the_scope_that_was_asked_for(
    choose: Choose,
    home: Path,
    asked: dict[str, Any],
    given: dict[str, Any],
    project: str | None,
    workspace: int | None,
) -> None:
    path = choose(**asked).export_bridge(to=home / "bridge.json", **given)
    bridge = json.loads(path.read_text())
    assert (bridge.get("project"), bridge.get("workspace")) == (project, workspace)
