"""What an account looks like from outside, without a request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mp_core._accounts.status import explained, summary_of
from mp_core._runtime.context import Context
from mp_core._values.session import Project
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.tokens import OAuthTokens
from mp_core.sandbox import Sandbox
from mp_core.workspace import Workspace
from tests.support import fake_providers
from tests.support.home_files import configure
from tests.support.sandbox_accounts import Desk, as_identity, badge_of

PASS: dict[str, Any] = {"type": "pass", "region": "us", "default_project": "9"}
TICKET: dict[str, Any] = {"type": "ticket", "region": "us", "default_project": "9"}


@pytest.fixture
def accounts(context: Context) -> Accounts:
    return Accounts(context)


def stored(context: Context, *, expires_in: timedelta, refresh: bool) -> None:
    """Keep tokens for the account `me`."""
    tokens = OAuthTokens(
        access_token=SecretStr("fake-secret-access"),
        refresh_token=SecretStr("fake-secret-refresh") if refresh else None,
        expires_at=datetime.now(UTC) + expires_in,
        login_id="fake-login",
    )
    context.vault.store(context.config().account("me"), tokens)


class TestLogins:
    @pytest.fixture(autouse=True)
    def _configured(self, home: Path) -> None:
        configure(home, accounts={"me": PASS})

    def test_without_tokens_a_login_is_needed(self, accounts: Accounts) -> None:
        assert accounts.show("me").status == "needs_login"

    @pytest.mark.parametrize(
        ("expires_in", "refresh", "status"),
        [
            (timedelta(hours=1), True, "ok"),
            (timedelta(hours=1), False, "ok"),
            (timedelta(hours=-1), True, "ok"),
            (timedelta(hours=-1), False, "needs_login"),
            (timedelta(seconds=20), False, "needs_login"),
        ],
    )
    def test_tokens_that_are_fresh_or_can_be_refreshed_are_enough(
        self,
        context: Context,
        accounts: Accounts,
        expires_in: timedelta,
        refresh: bool,
        status: str,
    ) -> None:
        stored(context, expires_in=expires_in, refresh=refresh)
        assert accounts.show("me").status == status

    def test_it_says_when_a_login_ends_that_does_not_renew_itself(
        self, context: Context, accounts: Accounts
    ) -> None:
        assert accounts.show("me").expires_at is None
        stored(context, expires_in=timedelta(hours=1), refresh=True)
        assert accounts.show("me").expires_at is None
        stored(context, expires_in=timedelta(hours=1), refresh=False)
        expires_at = accounts.show("me").expires_at
        assert expires_at is not None
        assert abs(expires_at - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=1)

    @pytest.mark.parametrize("expires_in", [timedelta(hours=1), timedelta(hours=-1)])
    def test_it_is_found_without_a_request_or_a_refresh(
        self,
        context: Context,
        accounts: Accounts,
        desk: Desk,
        sandbox: Sandbox,
        expires_in: timedelta,
    ) -> None:
        stored(context, expires_in=expires_in, refresh=True)
        accounts.list()
        assert (desk.refreshes, sandbox.requests) == (0, [])

    @pytest.mark.parametrize("text", ["", "{", '{"access_token": 1}'])
    def test_h08_tokens_that_cannot_be_read_say_to_log_in_again(
        self, accounts: Accounts, home: Path, text: str
    ) -> None:
        accounts.login("me", open_browser=False)
        (home / ".mp/accounts/me/tokens.json").write_text(text)
        shown = accounts.show("me")
        assert shown.status == "needs_login"
        assert "mp account login me" in str(shown.reason)

    @pytest.mark.parametrize(
        "change", [{"region": "eu"}, {"type": "ticket", "token_env": "NOT_SET"}], ids=str
    )
    def test_h18_tokens_of_another_region_or_type_do_not_count(
        self, context: Context, home: Path, change: dict[str, str]
    ) -> None:
        stored(context, expires_in=timedelta(hours=1), refresh=True)
        configure(home, accounts={"me": {**PASS, **change}})
        assert Accounts(context).show("me").status in ("needs_login", "needs_token")


class TestCredentials:
    def test_nothing_is_known_until_me_has_answered(
        self, accounts: Accounts, home: Path, sandbox: Sandbox
    ) -> None:
        configure(home, accounts={"team": badge_of(sandbox.identities[0], "9")})
        assert accounts.show("team").status == "untested"
        accounts.test("team")
        assert accounts.show("team").status == "ok"

    @pytest.mark.parametrize("value", [None, "", "two words"])
    def test_a_token_that_is_not_there_is_needed(
        self, accounts: Accounts, home: Path, env: dict[str, str], value: str | None
    ) -> None:
        configure(home, accounts={"t": {**TICKET, "token_env": "TICKET"}})
        if value is not None:
            env["TICKET"] = value
        shown = accounts.show("t")
        assert shown.status == "needs_token"
        assert "TICKET" in str(shown.reason)

    def test_a_token_in_a_variable_is_read_at_use(
        self, accounts: Accounts, home: Path, env: dict[str, str], sandbox: Sandbox
    ) -> None:
        configure(home, accounts={"t": {**TICKET, "token_env": "TICKET"}})
        env["TICKET"] = sandbox.identities[1].token
        assert accounts.show("t").status == "untested"
        accounts.test("t")
        assert accounts.show("t").status == "ok"
        env["TICKET"] = sandbox.identities[2].token
        assert accounts.show("t").status == "untested"

    def test_a_stray_file_of_tokens_means_nothing_to_an_account_that_has_none(
        self, accounts: Accounts, home: Path
    ) -> None:
        configure(home, accounts={"t": {**TICKET, "token": "fake-secret-t"}})
        stray = home / ".mp/accounts/t/tokens.json"
        stray.parent.mkdir(parents=True)
        stray.write_text("{")
        stray.chmod(0o600)
        assert accounts.show("t").status == "untested"


class TestProviders:
    def test_one_that_is_missing_is_said_with_the_way_to_install_it(
        self, accounts: Accounts, home: Path
    ) -> None:
        configure(home, accounts={"sso": {**PASS, "type": "acme_sso"}})
        shown = accounts.show("sso")
        assert (shown.type, shown.status) == ("acme_sso", "provider_missing")
        assert "distribution that provides 'acme_sso'" in str(shown.reason)

    def test_its_own_word_goes_before_what_the_core_would_say(
        self, env: dict[str, str], home: Path
    ) -> None:
        class Particular(fake_providers.Ticket):
            @hookimpl
            def mp_account_status(self, account: Account) -> str | None:
                return "needs_token" if account.default_project == "9" else None

        configure(
            home,
            accounts={
                "nine": {**TICKET, "token": "fake-secret-t"},
                "ten": {**TICKET, "token": "fake-secret-t", "default_project": "10"},
            },
        )
        context = Context(env=env, plugins=fake_providers.host_of(ticket=Particular()))
        assert [each.status for each in Accounts(context).list()] == ["needs_token", "untested"]


def test_an_account_of_the_environment_has_a_status_of_its_own(
    context: Context, home: Path, env: dict[str, str], sandbox: Sandbox
) -> None:
    configure(home)
    as_identity(env, sandbox.identities[0], "10")
    with Workspace.within(context) as ws:
        assert ws.project == Project(id="10")
        shown = summary_of(context, ws.account)
    assert (shown.name, shown.type, shown.region) == ("env", "badge", "us")
    assert (shown.status, shown.is_active, shown.referenced_by_targets) == ("untested", False, [])


@pytest.mark.parametrize(
    ("message", "hint", "told"),
    [
        ("It is not ours", "Ask for it.", "It is not ours. Ask for it."),
        ("It is not ours.", "Ask for it.", "It is not ours. Ask for it."),
        ("It is not ours", None, "It is not ours"),
    ],
)
def test_what_a_plugin_says_ends_before_what_to_do_begins(
    message: str, hint: str | None, told: str
) -> None:
    assert explained(ConfigError(message, hint=hint)) == told
