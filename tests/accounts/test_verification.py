"""Testing credentials: `accounts.test`, and a new one before it replaces one that works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mp_core._accounts.results import AccountTestResult
from mp_core._runtime.context import Context
from mp_core._values.user import MeUserInfo
from mp_core.accounts import Accounts
from mp_core.errors import (
    APIError,
    AuthenticationError,
    ConfigError,
    CredentialWarning,
    OAuthError,
)
from mp_core.plugin.tokens import TOKEN_ERROR
from mp_core.sandbox import Fault, Sandbox
from tests.support.home_files import configure, tables_in
from tests.support.me_transport import before_me
from tests.support.sandbox_accounts import APP, WEB, badge_of


@pytest.fixture
def path(home: Path, sandbox: Sandbox) -> Path:
    """The configuration, with an account of a name and a secret, and one of a token."""
    ci, ada, _ = sandbox.identities
    ticket = {"type": "ticket", "region": "us", "default_project": WEB, "token": ada.token}
    return configure(home, accounts={"team": badge_of(ci, WEB), "night": ticket})


@pytest.fixture
def accounts(context: Context, path: Path) -> Accounts:
    return Accounts(context)


def block(path: Path, name: str = "team") -> dict[str, Any]:
    found: dict[str, Any] = tables_in(path)["accounts"][name]
    return found


class TestTest:
    def test_an_account_that_works_says_whose_it_is(self, accounts: Accounts) -> None:
        assert accounts.test("team") == AccountTestResult(
            account_name="team",
            ok=True,
            user=MeUserInfo(id=501, email="ci@robots.example"),
            accessible_project_count=3,
        )
        assert accounts.show("team").status == "ok"

    @pytest.mark.parametrize(
        "kind", ["unauthorized", "forbidden", "server_error", "malformed", "redirect"]
    )
    def test_every_failure_of_the_server_is_in_the_result(
        self, accounts: Accounts, sandbox: Sandbox, kind: Any
    ) -> None:
        sandbox.inject(Fault(kind, status=500))
        result = accounts.test("team")
        assert (result.ok, result.user, result.accessible_project_count) == (False, None, None)
        assert result.error
        assert accounts.show("team").status == "untested"

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"token_env": "NOT_SET"}, "export NOT_SET="),
            ({"type": "unheard"}, "distribution that provides 'unheard'"),
            ({"region": "mars"}, "Correct the table"),
            (None, "mp account list"),
        ],
    )
    def test_every_failure_here_is_in_the_result_with_the_way_out(
        self, accounts: Accounts, home: Path, change: dict[str, Any] | None, says: str
    ) -> None:
        ticket = {"type": "ticket", "region": "us"}
        configure(home, accounts={} if change is None else {"t": {**ticket, **change}})
        result = accounts.test("t")
        assert (result.account_name, result.ok) == ("t", False)
        assert says in str(result.error)

    def test_h15_an_answer_to_a_credential_that_is_replaced_meanwhile_is_not_kept(
        self, context: Context, home: Path, env: dict[str, str], sandbox: Sandbox
    ) -> None:
        configure(home, accounts={"t": {"type": "ticket", "region": "us", "token_env": "TICKET"}})
        env["TICKET"] = sandbox.identities[1].token

        def replaced() -> None:
            env["TICKET"] = sandbox.identities[2].token

        assert Accounts(before_me(context, replaced)).test("t").ok
        assert Accounts(context).show("t").status == "untested"
        assert Accounts(context).test("t").ok
        assert Accounts(context).show("t").status == "ok"


class TestUpdate:
    def test_only_what_is_given_changes(self, accounts: Accounts, path: Path) -> None:
        before = block(path)
        assert accounts.update("team", default_project=APP).name == "team"
        assert block(path) == {**before, "default_project": APP}
        accounts.update("team", lanyard="red")
        assert block(path) == {**before, "default_project": APP, "lanyard": "red"}

    @pytest.mark.parametrize(
        "change",
        [
            {"type": "ticket"},
            {"token": "fake-secret-t"},
            {"wings": 2},
            {"region": "mars"},
            {"default_project": "ten"},
            {"secret": ""},
        ],
        ids=str,
    )
    def test_what_does_not_fit_the_type_is_refused_and_nothing_changes(
        self, accounts: Accounts, path: Path, sandbox: Sandbox, change: dict[str, Any]
    ) -> None:
        before = path.read_bytes()
        with pytest.raises(ConfigError):
            accounts.update("team", **change)
        assert path.read_bytes() == before
        assert sandbox.requests == []

    def test_the_type_cannot_change_even_where_all_fields_would_fit(
        self, accounts: Accounts, home: Path
    ) -> None:
        configure(home, accounts={"me": {"type": "pass", "region": "us"}})
        with pytest.raises(ConfigError, match="of type pass, which cannot be changed"):
            accounts.update("me", type="ticket", token_env="TICKET")

    def test_a_type_that_is_repeated_is_no_change_of_it(
        self, accounts: Accounts, path: Path
    ) -> None:
        accounts.update("team", type="badge", default_project=APP)
        assert block(path)["default_project"] == APP

    def test_token_and_token_env_replace_one_another(
        self, accounts: Accounts, path: Path, env: dict[str, str], sandbox: Sandbox
    ) -> None:
        before = block(path, "night")
        env["NIGHT"] = before.pop("token")
        accounts.update("night", token_env="NIGHT")
        assert block(path, "night") == {**before, "token_env": "NIGHT"}
        accounts.update("night", token=env["NIGHT"])
        assert block(path, "night") == {**before, "token": env["NIGHT"]}
        with pytest.raises(ConfigError, match="exactly one"):
            accounts.update("night", token=env["NIGHT"], token_env="NIGHT")

    def test_an_account_may_stay_without_a_default_project(
        self, accounts: Accounts, home: Path, sandbox: Sandbox
    ) -> None:
        ci = sandbox.identities[0]
        path = configure(home, accounts={"team": {**badge_of(ci), "secret": "fake-secret-old"}})
        accounts.update("team", secret=ci.secret)
        assert block(path) == badge_of(ci)

    def test_a_block_that_is_broken_can_be_mended(
        self, accounts: Accounts, home: Path, sandbox: Sandbox
    ) -> None:
        configure(home, accounts={"team": {**badge_of(sandbox.identities[0]), "region": "mars"}})
        assert accounts.show("team").status == "invalid"
        assert accounts.update("team", region="us").status == "ok"

    def test_the_answer_that_proves_a_credential_is_remembered(
        self, accounts: Accounts, sandbox: Sandbox
    ) -> None:
        ada = sandbox.identities[1]
        updated = accounts.update("team", username=ada.username, secret=ada.secret)
        assert updated.status == "ok"
        assert [request.identity_name for request in sandbox.requests] == ["ada"]

    def test_a_credential_that_stays_is_not_tested(
        self, accounts: Accounts, sandbox: Sandbox
    ) -> None:
        accounts.update("team", default_project=APP)
        accounts.update("team", secret=sandbox.identities[0].secret)
        assert sandbox.requests == []
        accounts.update("team", region="eu")
        assert len(sandbox.requests) == 1

    @pytest.mark.parametrize("is_known", [True, False])
    def test_h34_a_credential_that_is_refused_replaces_nothing(
        self, accounts: Accounts, path: Path, is_known: bool
    ) -> None:
        if is_known:
            accounts.test("team")
        before = path.read_bytes()
        with pytest.raises(AuthenticationError, match="nothing was changed") as caught:
            accounts.update("team", secret="fake-secret-mistyped")
        assert path.read_bytes() == before
        assert accounts.show("team").status == ("ok" if is_known else "untested")
        assert "fake-secret" not in f"{caught.value} {caught.value.details}"

    @pytest.mark.parametrize(
        ("fault", "code", "retry_after"),
        [
            (Fault("server_error", status=500), "SERVER_ERROR", None),
            (Fault("malformed"), "API_ERROR", None),
            (Fault("rate_limited", retry_after=3600), "RATE_LIMITED", 3600.0),
        ],
        ids=str,
    )
    def test_h34_one_that_cannot_be_tested_replaces_none_that_is_known_to_work(
        self,
        accounts: Accounts,
        path: Path,
        sandbox: Sandbox,
        fault: Fault,
        code: str,
        retry_after: float | None,
    ) -> None:
        accounts.test("team")
        before = path.read_bytes()
        sandbox.inject(fault)
        with pytest.raises(APIError, match=r"could not be tried, .* Mixpanel a") as caught:
            accounts.update("team", secret="fake-secret-new")
        assert path.read_bytes() == before
        assert caught.value.code == code
        assert getattr(caught.value, "retry_after", None) == retry_after

    def test_h34_one_that_cannot_be_had_replaces_none_that_is_known_to_work(
        self, accounts: Accounts, path: Path
    ) -> None:
        accounts.test("night")
        before = path.read_bytes()
        with pytest.raises(OAuthError, match=r"could not be tried.*NOT_SET is unset") as caught:
            accounts.update("night", token_env="NOT_SET")
        assert path.read_bytes() == before
        assert caught.value.code == TOKEN_ERROR
        assert caught.value.details == {"account": "night", "env_var": "NOT_SET"}

    def test_h34_where_nothing_works_yet_one_that_cannot_be_tested_is_taken(
        self, accounts: Accounts, path: Path, sandbox: Sandbox
    ) -> None:
        sandbox.inject(Fault("malformed"))
        with pytest.warns(CredentialWarning, match="'team' is untested"):
            assert accounts.update("team", secret="fake-secret-new").status == "untested"
        assert block(path)["secret"] == "fake-secret-new"
        with pytest.warns(CredentialWarning, match="'night' is untested"):
            assert accounts.update("night", token_env="NOT_SET").status == "needs_token"

    def test_h34_what_somebody_else_changes_meanwhile_is_not_tested_and_not_kept(
        self, context: Context, accounts: Accounts, path: Path, sandbox: Sandbox
    ) -> None:
        ada = sandbox.identities[1]

        def meanwhile() -> None:
            path.write_text(path.read_text().replace("ci.fake.robot", ada.username))

        racing = Accounts(before_me(context, meanwhile))
        with pytest.raises(ConfigError, match="at the same time"):
            racing.update("team", region="eu")
        assert block(path)["region"] == "us"

    def test_a_change_of_somebody_else_beside_it_is_kept(
        self, context: Context, accounts: Accounts, path: Path
    ) -> None:
        def meanwhile() -> None:
            accounts.update("team", default_project=APP)

        Accounts(before_me(context, meanwhile)).update("team", region="eu")
        assert (block(path)["region"], block(path)["default_project"]) == ("eu", APP)
