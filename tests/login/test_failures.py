"""A login that fails: the old tokens, the old configuration, and no debris."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mp_core._login.terminal import Terminal
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import APIError, AuthenticationError, ConfigError, OAuthError, ProviderError
from mp_core.plugin.tokens import TOKEN_ERROR
from mp_core.sandbox import Fault, Sandbox
from tests.support.home_files import configure, tree
from tests.support.me_transport import before_me
from tests.support.sandbox_accounts import TEN, Desk
from tests.support.shown_texts import shown

PASS: dict[str, Any] = {"type": "pass", "region": "us"}


def nobody(line: str) -> None:
    """Hears nothing."""


def terminal(ask: Callable[[str], str] | None = None) -> Terminal:
    return Terminal(say=nobody, ask=ask, browse=lambda url: False)


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object) -> None:
        raise error

    return fail


@pytest.fixture
def path(home: Path) -> Path:
    return configure(home, active={"account": "me"}, accounts={"me": PASS})


@pytest.fixture(params=["first login", "second login"])
def before(
    request: pytest.FixtureRequest, context: Context, path: Path, home: Path, desk: Desk
) -> dict[str, bytes]:
    """What is on disk before the login that fails, with and without a login that works."""
    if request.param == "second login":
        Accounts(context, terminal=terminal()).login("me")
        desk.revoked.clear()
    return tree(home)


def assert_unchanged(context: Context, home: Path, before: dict[str, bytes]) -> None:
    assert tree(home) == before
    works = ".mp/accounts/me/tokens.json" in before
    assert Accounts(context).test("me").ok is works


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (OAuthError("Denied.", code="OAUTH_AUTH_DENIED"), OAuthError),
        (OAuthError("The port is busy.", code="OAUTH_PORT_ERROR"), OAuthError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (RuntimeError("a defect"), ProviderError),
    ],
    ids=repr,
)
def test_h33_an_approval_that_fails_leaves_everything_as_it_was(
    context: Context,
    home: Path,
    desk: Desk,
    before: dict[str, bytes],
    refusal: BaseException,
    error: type[BaseException],
) -> None:
    desk.during = raising(refusal)
    with pytest.raises(error):
        Accounts(context, terminal=terminal()).login("me")
    assert desk.revoked == []
    assert_unchanged(context, home, before)


@pytest.mark.parametrize("hint", [None, "Ask the front desk."])
def test_an_error_of_a_provider_says_how_to_start_again_unless_it_knows_better(
    context: Context, path: Path, desk: Desk, hint: str | None
) -> None:
    desk.during = raising(OAuthError("The login was denied.", hint=hint, code="OAUTH_AUTH_DENIED"))
    with pytest.raises(OAuthError, match="denied") as caught:
        Accounts(context, terminal=terminal()).login("me")
    assert caught.value.hint == (hint or "Start again: mp account login me")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("unauthorized", times=1), "refused the new tokens in the account's region, us"),
        (Fault("forbidden", times=1), "could not be asked"),
        (Fault("server_error", times=1, status=500), "could not be asked"),
        (Fault("malformed", times=1), "could not be asked"),
    ],
    ids=repr,
)
def test_h33_h34_tokens_that_do_not_prove_themselves_replace_nothing_and_are_given_back(
    context: Context,
    home: Path,
    desk: Desk,
    sandbox: Sandbox,
    before: dict[str, bytes],
    fault: Fault,
    says: str,
) -> None:
    sandbox.inject(fault)
    with pytest.raises(OAuthError, match=says) as caught:
        Accounts(context, terminal=terminal()).login("me")
    assert caught.value.code == TOKEN_ERROR
    assert "nothing was changed" in str(caught.value)
    assert "mp account login me" in str(caught.value.hint)
    (issued,) = desk.revoked
    assert issued not in shown(caught.value)
    assert_unchanged(context, home, before)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"me": {**PASS, "region": "eu"}},
        {"me": {"type": "ticket", "region": "us", "token_env": "NOT_SET"}},
        {"me": {**PASS, "region": "mars"}},
    ],
    ids=str,
)
def test_h33_h18_an_account_that_is_changed_or_removed_meanwhile_gets_no_tokens(
    context: Context, home: Path, desk: Desk, path: Path, change: dict[str, Any]
) -> None:
    changing = before_me(context, lambda: configure(home, accounts=change))
    with pytest.raises(OAuthError, match="changed or removed meanwhile"):
        Accounts(changing, terminal=terminal()).login("me")
    assert len(desk.revoked) == 1
    assert tree(home).keys() == {".mp/config.toml"}


def test_a_default_project_that_is_set_meanwhile_stands_in_nobodys_way(
    context: Context, path: Path
) -> None:
    accounts = Accounts(context)
    moving = before_me(context, lambda: accounts.update("me", default_project=TEN))
    Accounts(moving, terminal=terminal()).login("me")
    assert context.config().account("me").default_project == TEN
    assert accounts.show("me").status == "ok"


def test_h33_h03_tokens_that_cannot_be_kept_are_given_back(
    context: Context, home: Path, path: Path, desk: Desk
) -> None:
    (home / ".mp/accounts").write_text("in the way")
    before = tree(home)
    with pytest.raises(OAuthError, match=r"cannot be kept.*could not be written") as caught:
        Accounts(context, terminal=terminal()).login("me")
    assert caught.value.code == TOKEN_ERROR
    assert len(desk.revoked) == 1
    assert tree(home) == before


def test_h33_a_person_who_leaves_at_the_last_question_leaves_nothing_behind(
    context: Context, home: Path, desk: Desk, path: Path
) -> None:
    before = tree(home)
    leaving = terminal(ask=raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        Accounts(context, terminal=leaving).login("me")
    assert len(desk.revoked) == 1
    assert tree(home) == before


def test_h33_tokens_that_cannot_be_given_back_do_not_hide_the_failure(
    context: Context, home: Path, desk: Desk, sandbox: Sandbox, path: Path
) -> None:
    desk.can_revoke = False
    sandbox.inject(Fault("unauthorized", times=1))
    with pytest.raises(OAuthError, match="refused the new tokens"):
        Accounts(context, terminal=terminal()).login("me")


def test_a_registration_that_cannot_be_kept_is_no_failure(
    context: Context, home: Path, path: Path
) -> None:
    (home / ".mp/accounts/me/client.json").mkdir(parents=True)
    accounts = Accounts(context, terminal=terminal())
    assert accounts.login("me").tokens_path
    assert accounts.show("me").status == "ok"


@pytest.mark.parametrize(
    "error", [APIError("No answer."), AuthenticationError("No."), ConfigError("No base.")]
)
def test_h33_every_leg_that_fails_after_the_approval_is_an_oauth_error(
    context: Context, path: Path, error: Exception
) -> None:
    with pytest.raises(OAuthError, match="was approved, but"):
        Accounts(before_me(context, raising(error)), terminal=terminal()).login("me")
