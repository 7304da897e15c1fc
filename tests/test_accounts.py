"""`mp.accounts`: adding, choosing, showing and removing accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mp_core._accounts.results import AccountSummary
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import (
    AccountExistsError,
    AccountInUseError,
    AccountNotFoundError,
    ConfigError,
    ProviderNotInstalledError,
)
from mp_core.sandbox import Sandbox
from tests.support.fake_providers import BADGE_BLOCK
from tests.support.home_files import configure, tables_in, tree
from tests.support.sandbox_accounts import WEB, Desk

BADGE: dict[str, Any] = {**BADGE_BLOCK, "default_project": WEB}
PASS: dict[str, Any] = {"type": "pass", "region": "us"}


@pytest.fixture
def accounts(context: Context) -> Accounts:
    return Accounts(context)


def written(home: Path) -> dict[str, Any]:
    return tables_in(home / ".mp/config.toml")


class TestAdd:
    def test_the_first_account_becomes_active_and_later_ones_do_not(
        self, accounts: Accounts, home: Path
    ) -> None:
        assert accounts.add("one", **BADGE).is_active
        assert not accounts.add("two", **PASS).is_active
        assert written(home)["active"] == {"account": "one"}

    def test_what_is_written_is_what_was_given(self, accounts: Accounts, home: Path) -> None:
        accounts.add("one", **BADGE, lanyard="red")
        assert written(home)["accounts"] == {"one": {**BADGE, "lanyard": "red"}}
        assert (home / ".mp/config.toml").stat().st_mode & 0o777 == 0o600

    def test_its_summary_is_the_answer(self, accounts: Accounts) -> None:
        assert accounts.add("one", **BADGE) == AccountSummary(
            name="one",
            type="badge",
            region="us",
            status="untested",
            is_active=True,
            referenced_by_targets=[],
            project_id=WEB,
        )

    def test_a_type_without_login_needs_a_default_project_and_one_with_login_does_not(
        self, accounts: Accounts
    ) -> None:
        with pytest.raises(ConfigError, match="needs a default project") as caught:
            accounts.add("one", **{**BADGE, "default_project": None})
        assert "--default-project" in str(caught.value.hint)
        assert accounts.add("me", **PASS).status == "needs_login"

    @pytest.mark.parametrize(
        ("name", "change", "error"),
        [
            ("one", {}, AccountExistsError),
            ("no blanks", {}, ConfigError),
            ("x" * 65, {}, ConfigError),
            ("new", {"region": "mars"}, ConfigError),
            ("new", {"default_project": "ten"}, ConfigError),
            ("new", {"secret": ""}, ConfigError),
            ("new", {"username": None}, ConfigError),
            ("new", {"token": "fake-secret-token"}, ConfigError),
            ("new", {"wings": 2}, ConfigError),
            ("new", {"type": "unheard"}, ProviderNotInstalledError),
        ],
    )
    def test_what_is_taken_or_invalid_is_refused_and_nothing_is_written(
        self,
        accounts: Accounts,
        home: Path,
        name: str,
        change: dict[str, Any],
        error: type[ConfigError],
    ) -> None:
        accounts.add("one", **BADGE)
        before = tree(home)
        with pytest.raises(error) as caught:
            accounts.add(name, **{**BADGE, **change})
        assert tree(home) == before
        assert "fake-secret" not in f"{caught.value} {caught.value.hint} {caught.value.details}"

    def test_h18_an_account_that_is_added_again_revives_nothing(
        self, accounts: Accounts, desk: Desk, home: Path
    ) -> None:
        accounts.add("me", **PASS)
        accounts.login("me", open_browser=False)
        assert accounts.token("me")
        kept = {path: (home / path).read_bytes() for path in tree(home) if "accounts/me" in path}
        assert len(kept) == 4
        accounts.remove("me")
        for path, content in kept.items():  # As if the removal had been cut off.
            (home / path).write_bytes(content)
            (home / path).chmod(0o600)
        assert accounts.add("me", **PASS).status == "needs_login"
        assert not {path for path in tree(home) if "accounts/me" in path}


class TestList:
    def test_accounts_come_by_name_with_what_is_known_of_each(
        self, accounts: Accounts, home: Path
    ) -> None:
        configure(
            home,
            active={"account": "b"},
            accounts={"b": BADGE, "a": PASS, "C": BADGE},
            targets={
                "t2": {"account": "b", "project": "1"},
                "t1": {"account": "b", "project": "2"},
            },
        )
        found = accounts.list()
        assert [each.name for each in found] == ["C", "a", "b"]
        assert [each.is_active for each in found] == [False, False, True]
        assert found[2].referenced_by_targets == ["t1", "t2"]

    def test_without_a_file_there_is_none(self, accounts: Accounts, home: Path) -> None:
        assert accounts.list() == []
        assert tree(home) == {}

    @pytest.mark.parametrize(
        ("block", "status", "region"),
        [
            ({**BADGE, "project_id": "1"}, "invalid", "us"),
            ({**BADGE, "region": "mars"}, "invalid", None),
            ({"region": "us"}, "invalid", "us"),
            ({**BADGE, "type": "unheard"}, "provider_missing", "us"),
            (7, "invalid", None),
        ],
    )
    def test_h17_one_broken_block_hides_no_other(
        self, accounts: Accounts, home: Path, block: Any, status: str, region: str | None
    ) -> None:
        configure(home, accounts={"bad": block, "good": BADGE})
        bad, good = accounts.list()
        assert (bad.name, bad.status, bad.region) == ("bad", status, region)
        assert bad.reason
        assert (good.name, good.status) == ("good", "untested")

    def test_h17_broken_tables_beside_them_cost_only_what_they_would_say(
        self, accounts: Accounts, home: Path
    ) -> None:
        configure(home, active={"account": 3}, accounts={"good": BADGE}, targets=3)
        (good,) = accounts.list()
        assert (good.status, good.is_active, good.referenced_by_targets) == ("untested", False, [])

    def test_accounts_that_are_no_table_are_an_error_for_whatever_needs_one(
        self, accounts: Accounts, home: Path
    ) -> None:
        path = configure(home, accounts=3)
        before = path.read_bytes()
        for ask in (accounts.show, accounts.use, accounts.remove, accounts.logout, accounts.token):
            with pytest.raises(ConfigError, match=r"\[accounts\] .* is not a table"):
                ask("a")
        assert path.read_bytes() == before


class TestUse:
    def test_the_account_becomes_active_and_a_pin_is_dropped(
        self, accounts: Accounts, home: Path
    ) -> None:
        active = {"account": "a", "workspace": 5}
        for name in ("a", "b"):
            configure(home, active=active, accounts={"a": BADGE, "b": BADGE})
            accounts.use(name)
            assert written(home)["active"] == {"account": name}

    @pytest.mark.parametrize("name", ["nobody", "bad"])
    def test_what_cannot_be_used_is_refused_and_nothing_changes(
        self, accounts: Accounts, home: Path, name: str
    ) -> None:
        bad = {**BADGE, "region": "mars"}
        path = configure(home, active={"account": "a"}, accounts={"a": BADGE, "bad": bad})
        before = path.read_bytes()
        with pytest.raises(ConfigError):
            accounts.use(name)
        assert path.read_bytes() == before


class TestRemove:
    def test_the_account_goes_with_its_tokens_registration_and_cache(
        self, accounts: Accounts, home: Path
    ) -> None:
        accounts.add("one", **BADGE)
        accounts.add("me", **PASS)
        accounts.login("me", open_browser=False)
        assert accounts.remove("me") == []
        assert list(written(home)["accounts"]) == ["one"]
        assert list(tree(home)) == [".mp/config.toml"]
        with pytest.raises(AccountNotFoundError):
            accounts.token("me")

    def test_when_it_was_active_nothing_is(self, accounts: Accounts, home: Path) -> None:
        active = {"account": "a", "workspace": 5}
        configure(home, active=active, accounts={"a": BADGE, "b": BADGE})
        accounts.remove("b")
        assert written(home)["active"] == active
        accounts.remove("a")
        assert not written(home).get("active")

    def test_one_that_targets_use_is_kept_and_they_are_named(
        self, accounts: Accounts, home: Path
    ) -> None:
        target = {"account": "a", "project": "1"}
        path = configure(home, accounts={"a": BADGE}, targets={"z": target, "b": target})
        before = path.read_bytes()
        with pytest.raises(AccountInUseError, match="b, z") as caught:
            accounts.remove("a")
        assert caught.value.referenced_by == ["b", "z"]
        assert "--force" in str(caught.value.hint)
        assert path.read_bytes() == before

    def test_by_force_it_goes_and_the_targets_that_it_orphans_stay(
        self, accounts: Accounts, home: Path
    ) -> None:
        target = {"account": "a", "project": "1"}
        configure(home, accounts={"a": BADGE}, targets={"z": target, "b": target})
        assert accounts.remove("a", force=True) == ["b", "z"]
        assert set(written(home)["targets"]) == {"b", "z"}

    @pytest.mark.parametrize(
        "block", [{**BADGE, "type": "unheard"}, {**BADGE, "region": "mars"}, {}, 7], ids=str
    )
    def test_h50_what_no_provider_serves_is_removed_with_its_files(
        self, accounts: Accounts, home: Path, block: Any
    ) -> None:
        configure(home, accounts={"bad": block})
        directory = home / ".mp/accounts/bad"
        directory.mkdir(parents=True)
        for file in ("tokens.json", "client.json", "me.json"):
            (directory / file).write_text("{}")
        accounts.remove("bad")
        assert accounts.list() == []
        assert list(directory.iterdir()) == []

    def test_a_file_that_cannot_be_written_costs_no_tokens(
        self, accounts: Accounts, home: Path
    ) -> None:
        accounts.add("me", **PASS)
        accounts.login("me", open_browser=False)
        (home / ".mp/config.toml.lock").unlink()
        (home / ".mp/config.toml.lock").mkdir()
        before = tree(home)
        with pytest.raises(ConfigError, match="could not be written"):
            accounts.remove("me")
        assert tree(home) == before

    def test_a_name_there_is_not_is_told(self, accounts: Accounts, home: Path) -> None:
        configure(home, accounts={"a": BADGE})
        with pytest.raises(AccountNotFoundError, match="Known accounts: a"):
            accounts.remove("b")


@pytest.mark.parametrize("name", ["show", "use", "remove", "update", "login", "logout", "token"])
def test_an_unknown_name_is_both_kinds_of_error_everywhere(
    accounts: Accounts, home: Path, name: str
) -> None:
    configure(home, accounts={"a": BADGE})
    with pytest.raises(AccountNotFoundError, match="Known accounts: a") as caught:
        getattr(accounts, name)("nobody")
    assert isinstance(caught.value, ConfigError)
    assert isinstance(caught.value, ValueError)


def test_an_address_that_is_malformed_stops_only_what_sends(
    accounts: Accounts, home: Path, env: dict[str, str], sandbox: Sandbox
) -> None:
    accounts.add("me", **PASS)
    accounts.login("me", open_browser=False)
    env["MP_API_BASE_URL"] = "ftp://mixpanel.invalid"
    assert accounts.show("me").status == "ok"
    assert accounts.test("me").error
    assert accounts.logout("me").deleted
    accounts.remove("me")
    assert list(tree(home)) == [".mp/config.toml"]
