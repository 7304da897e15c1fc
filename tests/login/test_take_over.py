"""Logging in as somebody else: the account, its targets and its place stay its owner's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mp_core._api.mismatch import OwnerMismatchError
from mp_core._login.options import SetupOptions
from mp_core._login.setup import set_up
from mp_core._login.terminal import Terminal
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError, OAuthError
from mp_core.plugin.login import LoginFlow
from mp_core.sandbox import Fault, Sandbox
from mp_core.workspace import Workspace
from tests.support.home_files import configure, tables_in, tree
from tests.support.sandbox_accounts import FOX, NINE, WEB, Desk, badge_of

LogIn = Callable[..., Any]
ADA, GRACE = "ada@people.example", "grace@people.example"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def path(home: Path) -> Path:
    return configure(
        home,
        active={"account": "me", "workspace": 92},
        accounts={"me": {"type": "pass", "region": "us", "default_project": FOX}},
        targets={"shop": {"account": "me", "project": FOX}},
    )


def person(said: list[str], answers: Iterator[str] | None = None) -> Terminal:
    ask = None if answers is None else lambda question: next(answers)
    return Terminal(say=said.append, ask=ask, browse=lambda url: False)


@pytest.fixture(params=["mp account login", "mp login"])
def log_in(request: Any, context: Context, path: Path, said: list[str]) -> LogIn:
    """Log `me` in by either of the two ways in, as whoever stands at the desk."""

    def by_account(*answers: str, **more: Any) -> Any:
        terminal = person(said, iter(answers) if answers else None)
        return Accounts(context, terminal=terminal).login("me", **more)

    def by_setup(*answers: str, **more: Any) -> Any:
        terminal = person(said, iter(answers) if answers else None)
        return set_up(context, SetupOptions(name="me", **more), terminal)

    return by_account if request.param == "mp account login" else by_setup


@pytest.fixture
def another(log_in: LogIn, desk: Desk, sandbox: Sandbox, said: list[str]) -> Desk:
    """The desk, where grace stands after ada has logged in."""
    log_in()
    said.clear()
    desk.person = sandbox.identities[2]
    return desk


def test_h61_another_person_takes_nothing_over(log_in: LogIn, another: Desk, home: Path) -> None:
    before = tree(home)
    with pytest.raises(OwnerMismatchError) as caught:
        log_in()
    error = caught.value
    assert isinstance(error, OAuthError)
    assert isinstance(error, ConfigError)
    assert error.code == "OWNER_MISMATCH"
    assert all(who in error.message for who in (ADA, GRACE))
    assert all(way in str(error.hint) for way in ("mp login me --as NAME", "me --take-over"))
    assert (error.details["owner"]["id"], error.details["found"]["id"]) == (502, 503)
    assert tree(home) == before
    assert len(another.revoked) == 1


def test_h61_nor_after_a_logout(log_in: LogIn, another: Desk, context: Context, home: Path) -> None:
    Accounts(context).logout("me")
    before = tree(home)
    with pytest.raises(OwnerMismatchError):
        log_in()
    assert tree(home) == before


def test_h61_the_owner_is_known_from_an_answer_of_before_records_were_kept(
    log_in: LogIn, another: Desk, home: Path
) -> None:
    (home / ".mp/accounts/me/owner.json").unlink()
    with pytest.raises(OwnerMismatchError):
        log_in()


def test_h61_and_stays_known_after_a_logout(
    log_in: LogIn, another: Desk, context: Context, home: Path
) -> None:
    (home / ".mp/accounts/me/owner.json").unlink()
    Accounts(context).logout("me")
    with pytest.raises(OwnerMismatchError):
        log_in()


def test_a_take_over_gives_the_account_and_says_what_comes_with_it(
    log_in: LogIn, another: Desk, context: Context, said: list[str]
) -> None:
    log_in(NINE, take_over=True)
    assert any(
        f"now acts as {GRACE}" in line and ADA in line and "targets stay: shop" in line
        for line in said
    )
    assert Accounts(context).show("me").user_email == GRACE
    with Workspace.within(context) as ws:
        assert ws.me().user_id == 503
    log_in()


def test_a_person_at_the_terminal_takes_it_over_by_typing_its_name(
    log_in: LogIn, another: Desk, context: Context, path: Path, said: list[str]
) -> None:
    before = path.read_bytes()
    for answer in ("", "yes", "ME"):
        with pytest.raises(OwnerMismatchError):
            log_in(answer)
    assert path.read_bytes() == before
    assert any("shop" in line for line in said)
    log_in("me", "", "")
    assert Accounts(context).show("me").user_email == GRACE


def test_a_default_project_that_the_new_owner_cannot_read_is_replaced(
    log_in: LogIn, another: Desk, path: Path, context: Context
) -> None:
    log_in(NINE, take_over=True)
    block = tables_in(path)["accounts"]["me"]
    assert block["default_project"] == NINE


def test_without_any_that_the_new_owner_can_read_the_account_has_none(
    context: Context, path: Path, another: Desk, sandbox: Sandbox, said: list[str]
) -> None:
    body = {"user_id": 503, "user_email": GRACE, "projects": {FOX: {"domain": "eu.mixpanel.com"}}}
    sandbox.inject(Fault("malformed", body=json.dumps(body).encode()))
    Accounts(context, terminal=person(said)).login("me", take_over=True)
    assert "default_project" not in tables_in(path)["accounts"]["me"]
    assert "workspace" not in tables_in(path)["active"]
    assert any(f"No project is the default now: {FOX} is closed" in line for line in said)


def test_the_same_person_hears_nothing_of_it(log_in: LogIn, said: list[str]) -> None:
    log_in()
    said.clear()
    log_in()
    assert [line for line in said if "acts as" in line or "project" in line] == []


def test_a_default_project_that_is_closed_to_its_owner_is_said(
    context: Context, path: Path, desk: Desk, sandbox: Sandbox, said: list[str]
) -> None:
    desk.person = sandbox.identities[2]
    Accounts(context, terminal=person(said)).login("me")
    assert any(FOX in line and "--default-project" in line for line in said)
    assert tables_in(path)["accounts"]["me"]["default_project"] == FOX


class TestCredentials:
    """H61, H70: with a credential of its fields, of the environment, or of another type."""

    @pytest.fixture(autouse=True)
    def _proven(self, context: Context, home: Path, sandbox: Sandbox) -> None:
        configure(home, accounts={"ci": badge_of(sandbox.identities[0], WEB)})
        assert Accounts(context).test("ci").ok

    def test_h61_another_robot_with_fields_takes_nothing_over(
        self, context: Context, home: Path, sandbox: Sandbox, said: list[str]
    ) -> None:
        ada = sandbox.identities[1]
        fields: dict[str, Any] = {"username": ada.username, "secret": ada.secret}
        before = tree(home)
        with pytest.raises(OwnerMismatchError):
            set_up(context, SetupOptions(name="ci", fields=fields), person(said))
        assert tree(home) == before
        with pytest.raises(OwnerMismatchError):
            Accounts(context).update("ci", **fields)
        assert tree(home) == before

    def test_h61_another_robot_in_the_environment_takes_nothing_over(
        self, context: Context, home: Path, env: dict[str, str], sandbox: Sandbox, said: list[str]
    ) -> None:
        ada = sandbox.identities[1]
        env |= {"MP_USERNAME": ada.username, "MP_SECRET": ada.secret}
        before = tree(home)
        with pytest.raises(OwnerMismatchError):
            set_up(context, SetupOptions(name="ci"), person(said))
        assert tree(home) == before

    def test_h70_a_secret_alone_is_the_new_one_of_the_named_account(
        self, context: Context, home: Path, env: dict[str, str], sandbox: Sandbox, said: list[str]
    ) -> None:
        env["MP_SECRET"] = sandbox.rotate_secret(sandbox.identities[0]).secret
        set_up(context, SetupOptions(name="ci"), person(said))
        block = tables_in(home / ".mp/config.toml")["accounts"]["ci"]
        assert block["secret"] == env["MP_SECRET"]

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"name": "me"}, "UNUSED_CREDENTIAL"),
            ({"type": "pass"}, "UNUSED_CREDENTIAL"),
            ({"name": "ci", "type": "pass"}, "FIXED_TYPE"),
            ({"name": "ci", "region": "eu"}, "FIXED_REGION"),
        ],
        ids=str,
    )
    def test_h61_h70_a_wrong_type_or_region_is_refused_and_changes_nothing(
        self,
        context: Context,
        home: Path,
        env: dict[str, str],
        sandbox: Sandbox,
        said: list[str],
        options: dict[str, Any],
        code: str,
    ) -> None:
        ci = sandbox.identities[0]
        configure(
            home,
            accounts={"ci": badge_of(ci, WEB), "me": {"type": "pass", "region": "us"}},
        )
        env |= {"MP_USERNAME": ci.username, "MP_SECRET": ci.secret}
        before = tree(home)
        with pytest.raises(ConfigError) as caught:
            set_up(context, SetupOptions(**options), person(said))
        assert caught.value.code == code
        assert tree(home) == before

    def test_another_one_beside_the_one_that_is_given_is_said_not_to_be_used(
        self, context: Context, env: dict[str, str], sandbox: Sandbox, said: list[str]
    ) -> None:
        ci, ada, _ = sandbox.identities
        env |= {"MP_USERNAME": ada.username, "MP_SECRET": ada.secret}
        options = SetupOptions(name="ci", fields={"secret": ci.secret})
        with pytest.warns(UserWarning, match="MP_USERNAME and MP_SECRET is not used"):
            assert set_up(context, options, person(said)).user is not None


def test_h61_an_account_that_became_another_one_meanwhile_is_left_alone(
    log_in: LogIn, context: Context, path: Path, desk: Desk, sandbox: Sandbox, home: Path
) -> None:
    block = badge_of(sandbox.identities[0], WEB)

    def replaced(flow: LoginFlow) -> None:
        configure(home, accounts={"me": block})

    desk.during = replaced
    with pytest.raises((ConfigError, OAuthError), match=r"meanwhile|at the same time"):
        log_in()
    assert tables_in(path)["accounts"] == {"me": block}
    assert len(desk.revoked) == 1
