"""One step leads from nothing to an account that works, and leads back to the same account."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import mp_core as mp
from mp_core._login.options import SetupOptions
from mp_core._login.setup import LoginResult, set_up
from mp_core._login.terminal import Terminal
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import AuthenticationError, ConfigError, MpError, OAuthError
from mp_core.plugin.login import LoginFlow
from mp_core.sandbox import Fault, Sandbox, SandboxIdentity
from tests.support.home_files import tree
from tests.support.sandbox_accounts import APP, FOX, NINE, TEN, WEB, Desk, context, desk, env

__all__ = ["context", "desk", "env"]


def terminal(answers: Sequence[str] | None = None, said: list[str] | None = None) -> Terminal:
    """A person who gives these answers; none at all without a list."""
    left = iter(answers or ())
    ask = None if answers is None else lambda question: next(left)
    return Terminal(
        say=(said if said is not None else []).append, ask=ask, browse=lambda url: False
    )


def badge(who: SandboxIdentity, **more: Any) -> SetupOptions:
    return SetupOptions(
        type="badge", fields={"username": who.username, "secret": who.secret}, **more
    )


def logged_in(context: Context, options: SetupOptions, *answers: str) -> LoginResult:
    return set_up(context, options, terminal(answers or None))


@pytest.fixture
def ci(sandbox: Sandbox) -> SandboxIdentity:
    return sandbox.identities[0]


def test_a_credential_becomes_an_account_named_after_the_organization_and_active(
    context: Context, ci: SandboxIdentity
) -> None:
    result = logged_in(context, badge(ci, project=WEB))
    assert (result.account_name, result.region, result.is_new) == ("acme-analytics", "us", True)
    assert result.user is not None
    assert result.user.email == "ci@robots.example"
    [account] = Accounts(context).list()
    assert (account.name, account.is_active, account.status) == ("acme-analytics", True, "ok")
    assert context.config().account("acme-analytics").default_project == WEB


def test_h38_logging_in_twice_without_a_name_refreshes_the_same_account(
    context: Context, sandbox: Sandbox, ci: SandboxIdentity
) -> None:
    logged_in(context, badge(ci, project=WEB))
    renewed = sandbox.rotate_secret(ci)
    result = logged_in(context, badge(renewed))
    assert (result.account_name, result.project, result.is_new) == ("acme-analytics", WEB, False)
    assert [account.name for account in Accounts(context).list()] == ["acme-analytics"]
    assert Accounts(context).test("acme-analytics").ok


def test_another_identity_of_the_same_organization_gets_a_name_of_its_own(
    context: Context, sandbox: Sandbox, ci: SandboxIdentity
) -> None:
    logged_in(context, badge(ci, project=WEB))
    result = logged_in(context, badge(sandbox.identities[1], project=WEB))
    assert (result.account_name, result.is_new) == ("acme-analytics-ada", True)


def test_a_name_that_is_given_is_the_name_and_keeps_what_is_not_said_again(
    context: Context, ci: SandboxIdentity
) -> None:
    logged_in(context, badge(ci, name="robot", project=WEB))
    again = SetupOptions(name="robot", fields={"secret": ci.secret})
    result = logged_in(context, again)
    assert (result.account_name, result.type, result.project) == ("robot", "badge", WEB)
    assert not result.is_new


@pytest.mark.parametrize(("answers", "project"), [(["mobile"], APP), ([""], TEN)])
def test_h36_a_person_picks_the_project_and_enter_takes_the_first_by_number(
    context: Context, ci: SandboxIdentity, answers: list[str], project: str
) -> None:
    assert logged_in(context, badge(ci), *answers).project == project


def test_h36_h44_several_projects_and_nobody_to_ask_is_an_error_with_the_list(
    context: Context, home: Path, ci: SandboxIdentity
) -> None:
    with pytest.raises(ConfigError, match="not clear") as caught:
        logged_in(context, badge(ci))
    hint = caught.value.hint or ""
    assert re.findall(r"^  (\d+)", hint, re.MULTILINE) == [TEN, WEB, APP]
    assert tree(home) == {}


def test_a_project_that_the_credential_cannot_read_is_refused(
    context: Context, home: Path, ci: SandboxIdentity
) -> None:
    with pytest.raises(ConfigError, match="77 is not among"):
        logged_in(context, badge(ci, project=FOX))
    assert tree(home) == {}


def test_the_environment_gives_the_credential_without_region_and_project(
    context: Context, env: dict[str, str], ci: SandboxIdentity
) -> None:
    env |= {"MP_USERNAME": ci.username, "MP_SECRET": ci.secret, "MP_PROJECT_ID": TEN}
    result = logged_in(context, SetupOptions())
    assert (result.type, result.project) == ("badge", TEN)
    account = Accounts(context).show(result.account_name)
    assert account.status == "ok"


def test_without_a_credential_the_type_that_logs_in_does(context: Context) -> None:
    result = logged_in(context, SetupOptions(project=FOX))
    assert (result.account_name, result.type, result.is_new) == ("beta-lab", "pass", True)
    assert Accounts(context).token("beta-lab")


def test_h38_a_second_login_of_the_same_person_refreshes_also_after_a_logout(
    context: Context,
) -> None:
    logged_in(context, SetupOptions(project=FOX))
    assert logged_in(context, SetupOptions()).account_name == "beta-lab"
    Accounts(context).logout("beta-lab")
    result = logged_in(context, SetupOptions(project=FOX))
    assert (result.account_name, result.is_new) == ("beta-lab", False)


def test_somebody_else_who_logs_in_does_not_take_over_the_account(
    context: Context, desk: Desk, sandbox: Sandbox
) -> None:
    first = logged_in(context, SetupOptions(project=NINE))
    desk.person = sandbox.identities[2]
    second = logged_in(context, SetupOptions(project=NINE))
    assert (first.account_name, second.account_name) == ("beta-lab", "beta-lab-grace")
    assert Accounts(context).token("beta-lab") != Accounts(context).token("beta-lab-grace")


def test_a_project_of_another_region_leads_to_a_login_there(
    context: Context, desk: Desk, sandbox: Sandbox
) -> None:
    desk.person = sandbox.identities[2]
    said: list[str] = []
    result = set_up(context, SetupOptions(), terminal(["400"], said))
    assert (result.project, result.region) == ("400", "eu")
    assert any("lives in region eu" in line for line in said)
    assert len(desk.revoked) == 1
    assert context.config().account(result.account_name).region == "eu"


def refused(flow: LoginFlow) -> None:
    raise OAuthError("no", code="OAUTH_AUTH_DENIED")


@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (lambda sandbox, desk: setattr(desk, "during", refused), OAuthError),
        (lambda sandbox, desk: sandbox.inject(Fault("unauthorized")), OAuthError),
        (lambda sandbox, desk: sandbox.inject(Fault("server_error", status=500)), OAuthError),
    ],
)
def test_h33_a_login_that_fails_leaves_nothing_behind(
    context: Context,
    home: Path,
    sandbox: Sandbox,
    desk: Desk,
    prepare: Callable[[Sandbox, Desk], None],
    error: type[MpError],
) -> None:
    prepare(sandbox, desk)
    with pytest.raises(error):
        logged_in(context, SetupOptions(project=FOX))
    assert tree(home) == {}


@pytest.mark.parametrize(("name", "command"), [(None, "mp login"), ("me", "mp login me")])
def test_a_login_that_fails_names_the_command_that_was_typed(
    context: Context, desk: Desk, name: str | None, command: str
) -> None:
    with pytest.raises(ConfigError):
        logged_in(context, SetupOptions(name=name))
    assert desk.commands == [command]


def test_h33_tokens_of_a_login_that_is_not_kept_are_given_back(
    context: Context, home: Path, desk: Desk
) -> None:
    with pytest.raises(ConfigError):
        logged_in(context, SetupOptions())
    assert len(desk.revoked) == 1
    assert tree(home) == {}


def test_h34_a_wrong_secret_replaces_nothing(
    context: Context, home: Path, ci: SandboxIdentity
) -> None:
    logged_in(context, badge(ci, name="robot", project=WEB))
    before = tree(home)
    wrong = SetupOptions(name="robot", fields={"secret": "fake-wrong"})
    with pytest.raises(AuthenticationError):
        logged_in(context, wrong)
    assert tree(home) == before


def test_h37_the_credential_goes_to_every_region_once_and_nowhere_else(
    context: Context, sandbox: Sandbox, ci: SandboxIdentity
) -> None:
    logged_in(context, badge(ci, project=WEB))
    assert [request.path for request in sandbox.requests] == ["/api/app/me"] * 3


@pytest.mark.providers
class TestPython:
    """`mp.login` does what `mp login` does."""

    @pytest.fixture(autouse=True)
    def _user(self, monkeypatch: pytest.MonkeyPatch, home: Path, sandbox: Sandbox) -> None:
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setenv("MP_API_BASE_URL", sandbox.url)

    def test_the_type_follows_from_the_fields(self, ci: SandboxIdentity) -> None:
        result = mp.login(username=ci.username, secret=ci.secret, project=WEB)
        assert (result.account_name, result.type, result.is_new) == (
            *("acme-analytics", "service_account"),
            True,
        )
        assert mp.accounts.show("acme-analytics").user_email == "ci@robots.example"
        assert mp.session.show().account == "acme-analytics"
        assert not mp.login(secret=ci.secret, username=ci.username).is_new

    def test_fields_of_no_type_say_which_types_there_are(self) -> None:
        with pytest.raises(ConfigError, match="no types have the fields wings") as caught:
            mp.login(wings=2)
        assert "service_account" in str(caught.value.hint)

    def test_h61_another_takes_nothing_over_unless_told_so(self, sandbox: Sandbox) -> None:
        ci, ada, _ = sandbox.identities
        mp.login("team", username=ci.username, secret=ci.secret, project=WEB)
        with pytest.raises(OAuthError) as caught:
            mp.login("team", username=ada.username, secret=ada.secret)
        assert caught.value.code == "OWNER_MISMATCH"
        result = mp.login("team", username=ada.username, secret=ada.secret, take_over=True)
        assert result.user is not None
        assert result.user.email == "ada@people.example"
