"""Logging out: revoked where that can be done, deleted in any case, and both are said."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from mp_core._accounts.results import LogoutResult
from mp_core._runtime.context import Context
from mp_core._storage.locks import locked
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError, OAuthError
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.tokens import OAuthTokens
from mp_core.sandbox import Sandbox
from tests.support import fake_providers
from tests.support.fake_providers import BADGE_BLOCK
from tests.support.home_files import configure, tree
from tests.support.sandbox_accounts import Desk

PASS: dict[str, Any] = {"type": "pass", "region": "us", "default_project": "9"}


@pytest.fixture
def accounts(context: Context, home: Path) -> Accounts:
    configure(home, accounts={"me": PASS, "you": PASS})
    return Accounts(context)


def files_of(home: Path, name: str) -> set[str]:
    directory = f".mp/accounts/{name}/"
    return {path.removeprefix(directory) for path in tree(home) if path.startswith(directory)}


def test_h47_a_logout_revokes_deletes_and_says_both(
    accounts: Accounts, desk: Desk, home: Path
) -> None:
    accounts.login("me", open_browser=False)
    token = accounts.token("me")
    assert accounts.logout("me") == LogoutResult(account_name="me", revoked=True, deleted=True)
    assert desk.revoked == [token]
    assert accounts.show("me").status == "needs_login"
    with pytest.raises(OAuthError, match="not logged in"):
        accounts.token("me")


def test_the_client_registration_stays_and_another_account_is_left_alone(
    accounts: Accounts, home: Path
) -> None:
    for name in ("me", "you"):
        accounts.login(name, open_browser=False)
    accounts.logout("me")
    assert files_of(home, "me") == {"client.json", "owner.json"}
    assert files_of(home, "you") == {*("client.json", "me.json", "owner.json", "tokens.json")}


@pytest.mark.parametrize("can_revoke", [False, None])
def test_h47_a_revocation_that_fails_does_not_keep_the_tokens(
    accounts: Accounts, desk: Desk, home: Path, can_revoke: Any
) -> None:
    accounts.login("me", open_browser=False)
    desk.can_revoke = can_revoke
    assert accounts.logout("me") == LogoutResult(account_name="me", revoked=False, deleted=True)
    assert "tokens.json" not in files_of(home, "me")


@pytest.mark.parametrize("name", ["", "..", "../..", "me/../you", "you\n"])
def test_a_name_that_leads_elsewhere_deletes_nothing(
    accounts: Accounts, home: Path, name: str
) -> None:
    accounts.login("you", open_browser=False)
    for directory in (home, home / ".mp", home / ".mp" / "accounts"):
        (directory / "tokens.json").write_text("mine")
    configure(home, accounts={name: PASS, "you": PASS})
    before = tree(home)
    assert accounts.logout(name).deleted is False
    assert tree(home) == before
    assert accounts.remove(name) == []
    assert set(tree(home)) == set(before)


def test_logging_out_twice_deletes_nothing_the_second_time(accounts: Accounts) -> None:
    accounts.login("me", open_browser=False)
    accounts.logout("me")
    assert accounts.logout("me") == LogoutResult(account_name="me", revoked=False, deleted=False)


def test_an_account_without_login_has_nothing_to_delete_but_its_cache(
    accounts: Accounts, home: Path, context: Context
) -> None:
    configure(home, accounts={"team": BADGE_BLOCK})
    cache = home / ".mp/accounts/team/me.json"
    cache.parent.mkdir(parents=True)
    cache.write_text("{}")
    assert accounts.logout("team") == LogoutResult(
        account_name="team", revoked=False, deleted=False
    )
    assert tree(home).keys() == {".mp/config.toml"}


@pytest.mark.parametrize("text", ["", "{", '{"access_token": 1}'])
def test_h47_tokens_that_cannot_be_read_are_deleted(
    accounts: Accounts, home: Path, text: str
) -> None:
    accounts.login("me", open_browser=False)
    (home / ".mp/accounts/me/tokens.json").write_text(text)
    assert accounts.logout("me").deleted


@pytest.mark.parametrize("obstacle", ["directory", "lock"])
def test_h77_a_cache_that_cannot_be_deleted_keeps_nobody_logged_in(
    accounts: Accounts, desk: Desk, home: Path, obstacle: str
) -> None:
    accounts.login("me", open_browser=False)
    cache = home / ".mp/accounts/me/me.json"
    with locked(cache) if obstacle == "lock" else nullcontext():
        if obstacle != "lock":
            cache.unlink()
            (cache / "in the way").mkdir(parents=True)
        assert accounts.logout("me") == LogoutResult(account_name="me", revoked=True, deleted=True)
    assert accounts.show("me").status == "needs_login"


def test_h77_tokens_that_were_revoked_and_cannot_be_deleted_are_told_to_be_both(
    accounts: Accounts, desk: Desk, home: Path
) -> None:
    accounts.login("me", open_browser=False)
    tokens = home / ".mp/accounts/me/tokens.json"

    def obstruct(found: OAuthTokens) -> None:
        tokens.unlink()
        (tokens / "in the way").mkdir(parents=True)

    desk.on_revoke = obstruct
    with pytest.raises(ConfigError, match=r"was revoked .* could not be deleted\. .*tokens\.json"):
        accounts.logout("me")


@pytest.mark.parametrize("change", [{"type": "unheard"}, {"region": "mars"}])
def test_h47_h50_tokens_of_an_account_that_cannot_be_used_are_deleted(
    accounts: Accounts, home: Path, desk: Desk, change: dict[str, str]
) -> None:
    accounts.login("me", open_browser=False)
    configure(home, accounts={"me": {**PASS, **change}})
    assert accounts.logout("me") == LogoutResult(account_name="me", revoked=False, deleted=True)
    assert files_of(home, "me") == {"client.json", "owner.json"}


class Safe(Desk):
    """A desk that keeps the passes itself, and may be unable to let go of them."""

    kept: OAuthTokens | None = None
    is_stuck = False

    @hookimpl
    def mp_load_tokens(self) -> OAuthTokens | None:
        return self.kept

    @hookimpl
    def mp_persist_tokens(self, tokens: OAuthTokens) -> str:
        self.kept = tokens
        return "the safe"

    @hookimpl
    def mp_delete_tokens(self) -> bool:
        if self.is_stuck:
            raise ConfigError("The safe is stuck.")
        found, self.kept = self.kept is not None, None
        return found


class TestPluginStore:
    @pytest.fixture
    def safe(self, sandbox: Sandbox) -> Safe:
        return Safe(sandbox, sandbox.identities[1])

    @pytest.fixture
    def accounts(self, env: dict[str, str], home: Path, safe: Safe) -> Accounts:
        configure(home, accounts={"me": PASS})
        return Accounts(Context(env=env, plugins=fake_providers.host_of(**{"pass": safe})))

    def test_h47_tokens_go_from_where_a_plugin_keeps_them(
        self, accounts: Accounts, safe: Safe
    ) -> None:
        accounts.login("me", open_browser=False)
        assert accounts.logout("me").deleted
        assert safe.kept is None

    def test_h47_what_cannot_be_deleted_is_an_error_and_no_success(
        self, accounts: Accounts, safe: Safe, home: Path
    ) -> None:
        accounts.login("me", open_browser=False)
        safe.is_stuck = True
        with pytest.raises(ConfigError, match="stuck"):
            accounts.logout("me")
        with pytest.raises(ConfigError, match="stuck"):
            accounts.remove("me")
        assert accounts.show("me").status == "ok"

    def test_h18_an_account_that_is_added_again_revives_nothing_a_plugin_kept(
        self, accounts: Accounts, safe: Safe, home: Path
    ) -> None:
        accounts.login("me", open_browser=False)
        configure(home)  # As if somebody had removed the block by hand.
        assert accounts.add("me", **PASS).status == "needs_login"
        assert safe.kept is None
