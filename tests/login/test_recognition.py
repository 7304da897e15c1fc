"""The account that an owner has already is found; a new one is named so that people know it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mp_core._api.me import Me
from mp_core._config.document import ConfigDocument
from mp_core._login.options import SetupOptions
from mp_core._login.recognition import account_name
from mp_core._login.setup import set_up
from mp_core._login.terminal import Terminal
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError
from mp_core.sandbox import Sandbox
from tests.support.fake_providers import HOST, badge
from tests.support.home_files import configure, tables_in
from tests.support.sandbox_accounts import FOX, NINE, Desk

PASS: dict[str, Any] = {"type": "pass", "region": "us", "default_project": NINE}
NOBODY = Terminal(say=lambda line: None, ask=None, browse=lambda url: False)


def named(organization: str, taken: tuple[str, ...] = (), **user: Any) -> str:
    config = ConfigDocument(None, {"accounts": {name: {} for name in taken}}, HOST)
    me = Me.model_validate(
        {
            "user_id": 7,
            **user,
            "organizations": {"1": {"name": organization}},
            "projects": {"9": {"organization_id": 1}},
        }
    )
    return account_name(config, badge(), me, "9")


@pytest.mark.parametrize(
    ("organization", "name"),
    [
        ("Café", "cafe"),
        ("Zürich Straße", "zurich-strasse"),
        ("Ærø & Łódź", "aero-lodz"),
        ("[beta] Lab 🧪", "beta-lab"),
        ("東京", "mixpanel"),
        ("x" * 200, "x" * 36),
    ],
)
def test_a_new_account_is_named_after_the_organization_in_plain_letters(
    organization: str, name: str
) -> None:
    assert named(organization) == name


def test_the_person_goes_behind_it_where_another_owner_has_that_name() -> None:
    assert named("Acme", ("acme",), user_email="Jürgen.Groß@x.example") == "acme-jurgen-gross"
    assert named("Acme", ("ACME",)) == "acme-7"
    assert named("Acme", ("acme", "acme-7"), user_email=None) == "acme-7-2"
    assert len(named("x" * 99, ("x" * 36,), user_email=f"{'y' * 99}@x.example")) <= 64


@pytest.fixture
def accounts(context: Context, home: Path) -> Accounts:
    """Two accounts that ada has, of which `second` is the active one, logged out."""
    configure(home, active={"account": "second"}, accounts={"first": PASS, "second": PASS})
    accounts = Accounts(context)
    for name in ("first", "second"):
        accounts.login(name, open_browser=False)
        accounts.logout(name)
    return accounts


def test_h61_the_owners_active_account_is_refreshed_whatever_its_name(
    accounts: Accounts, context: Context
) -> None:
    result = set_up(context, SetupOptions(project=FOX), NOBODY)
    assert (result.account_name, result.is_new) == ("second", False)


def test_h61_a_name_that_would_be_given_says_nothing_of_the_owner(
    context: Context, home: Path, desk: Desk, sandbox: Sandbox
) -> None:
    configure(home, accounts={"beta-lab": PASS})
    Accounts(context).login("beta-lab", open_browser=False)
    Accounts(context).logout("beta-lab")
    before = tables_in(home / ".mp/config.toml")["accounts"]["beta-lab"]
    desk.person = sandbox.identities[2]
    result = set_up(context, SetupOptions(project=NINE), NOBODY)
    assert (result.account_name, result.is_new) == ("beta-lab-grace", True)
    assert tables_in(home / ".mp/config.toml")["accounts"]["beta-lab"] == before


def test_h61_an_account_of_another_region_is_another_one(
    context: Context, home: Path, desk: Desk
) -> None:
    configure(home, accounts={"here": {**PASS, "region": "eu"}})
    Accounts(context).login("here", open_browser=False)
    result = set_up(context, SetupOptions(project=FOX, region="us"), NOBODY)
    assert result.is_new


def test_h69_a_default_project_lives_in_the_accounts_own_region(
    context: Context, home: Path, desk: Desk, sandbox: Sandbox
) -> None:
    desk.person = sandbox.identities[2]
    path = configure(home, accounts={"me": {"type": "pass", "region": "eu"}})
    Accounts(context).login("me", open_browser=False)
    assert tables_in(path)["accounts"]["me"]["default_project"] == "400"
    with pytest.raises(ConfigError, match="Project 400 lives in region eu") as caught:
        set_up(context, SetupOptions(name="new", region="us", project="400"), NOBODY)
    assert "--region eu --project 400" in str(caught.value.hint)
