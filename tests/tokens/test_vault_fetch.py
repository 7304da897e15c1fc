"""Tokens that no person has to approve: fetched when needed, once for all, for these fields."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Literal

import httpx
import pytest
from pydantic import SecretStr

from mp_core._api.me import Me
from mp_core._api.me_cache import MeCache
from mp_core._runtime.context import Context
from mp_core._tokens.binding import Binding
from mp_core._tokens.vault import TokenVault, utc_now
from mp_core.accounts import Accounts
from mp_core.errors import OAuthError
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.tokens import REFRESH_ERROR, REFRESH_REVOKED, OAuthTokens
from mp_core.testing import FakeClock
from tests.support import fake_providers
from tests.support.fake_providers import Passes


class KioskAccount(Account):
    """An account with a field on which its tokens depend."""

    type: Literal["kiosk"] = "kiosk"
    place: str = "hall"

    def is_long_lived(self) -> bool:
        return True


@dataclass(eq=False)
class Kiosk(Passes):
    """A provider that hands out numbered tokens to everyone, refreshing them if it is told to."""

    clock: FakeClock
    fetched: list[str] = field(default_factory=list)
    refreshed: int = 0
    refresh_token: SecretStr | None = None
    failures: list[Exception] = field(default_factory=list)
    during: Callable[[], object] = lambda: None

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return KioskAccount

    @hookimpl
    def mp_fetch_tokens(self, account: KioskAccount) -> OAuthTokens:
        self.during()
        if self.failures:
            raise self.failures.pop(0)
        self.fetched.append(account.place)
        return self._tokens(f"fetched-{len(self.fetched)}")

    @hookimpl
    def mp_refresh_tokens(self) -> OAuthTokens:
        if self.failures:
            raise self.failures.pop(0)
        self.refreshed += 1
        return self._tokens(f"refreshed-{self.refreshed}")

    def _tokens(self, access: str) -> OAuthTokens:
        expires_at = self.clock() + timedelta(minutes=5)
        access_token = SecretStr(access)
        return OAuthTokens(
            access_token=access_token, refresh_token=self.refresh_token, expires_at=expires_at
        )


ACCOUNT = KioskAccount(name="front", region="us", default_project="1")


@pytest.fixture
def kiosk(clock: FakeClock) -> Kiosk:
    return Kiosk(clock)


def process(root: Path, kiosk: Kiosk, config: str = "config.toml") -> TokenVault:
    """A vault as a process of its own would have it."""
    return TokenVault(
        root,
        fake_providers.host_of(kiosk=kiosk),
        http=lambda account: httpx.Client(),
        bind=lambda account: Binding.of(account, config),
        clock=kiosk.clock,
    )


@pytest.fixture
def vault(tmp_path: Path, kiosk: Kiosk) -> TokenVault:
    return process(tmp_path, kiosk)


def test_tokens_are_fetched_when_there_are_none_and_kept_until_they_expire(
    tmp_path: Path, vault: TokenVault, kiosk: Kiosk
) -> None:
    assert vault.access_token(ACCOUNT) == "fetched-1"
    kiosk.clock.sleep(200)
    assert vault.access_token(ACCOUNT) == "fetched-1"
    assert process(tmp_path, kiosk).access_token(ACCOUNT) == "fetched-1"
    kiosk.clock.sleep(100)
    assert vault.access_token(ACCOUNT) == "fetched-2"
    assert process(tmp_path, kiosk).access_token(ACCOUNT) == "fetched-2"


def test_looking_at_the_slot_fetches_nothing(vault: TokenVault, kiosk: Kiosk) -> None:
    assert vault.peek(ACCOUNT) is None
    assert kiosk.fetched == []


def test_a_refused_token_is_replaced_once(vault: TokenVault) -> None:
    first = vault.access_token(ACCOUNT)
    assert vault.access_token(ACCOUNT, rejected=first) == "fetched-2"
    assert vault.access_token(ACCOUNT, rejected=first) == "fetched-2"


def test_h01_callers_at_once_fetch_once(vault: TokenVault, kiosk: Kiosk) -> None:
    barrier = Barrier(20)

    def ask(_: int) -> str:
        barrier.wait(60)
        return vault.access_token(ACCOUNT)

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(ask, range(20))) == {"fetched-1"}
    assert kiosk.fetched == ["hall"]


def test_h18_tokens_that_were_fetched_with_other_fields_are_not_used(
    tmp_path: Path, vault: TokenVault, kiosk: Kiosk
) -> None:
    moved = ACCOUNT.model_copy(update={"place": "yard"})
    assert vault.access_token(ACCOUNT) == "fetched-1"
    for other in (vault, process(tmp_path, kiosk)):
        assert other.peek(moved) is None
    assert vault.access_token(moved) == "fetched-2"
    assert kiosk.fetched == ["hall", "yard"]


def test_h65_the_same_credential_is_the_same_beside_every_configuration_file(
    tmp_path: Path, vault: TokenVault, kiosk: Kiosk
) -> None:
    assert vault.access_token(ACCOUNT) == "fetched-1"
    assert process(tmp_path, kiosk, "b.toml").access_token(ACCOUNT) == "fetched-1"
    assert process(tmp_path, kiosk, "b.toml").access_token(ACCOUNT, rejected="fetched-1")
    assert process(tmp_path, kiosk).access_token(ACCOUNT) == "fetched-2"
    moved = KioskAccount(name="front", region="us", default_project="1", place="yard")
    with pytest.raises(OAuthError, match="left as it is"):
        process(tmp_path, kiosk).access_token(moved)


def test_another_default_project_is_no_other_credential(vault: TokenVault) -> None:
    moved = ACCOUNT.model_copy(update={"default_project": "2"})
    assert vault.access_token(ACCOUNT) == vault.access_token(moved)


def test_what_can_be_refreshed_is_refreshed(vault: TokenVault, kiosk: Kiosk) -> None:
    kiosk.refresh_token = SecretStr("again")
    vault.access_token(ACCOUNT)
    kiosk.clock.sleep(300)
    assert vault.access_token(ACCOUNT) == "refreshed-1"
    assert len(kiosk.fetched) == 1


def test_a_grant_that_is_gone_is_fetched_anew(vault: TokenVault, kiosk: Kiosk) -> None:
    kiosk.refresh_token = SecretStr("again")
    vault.access_token(ACCOUNT)
    kiosk.clock.sleep(300)
    kiosk.failures.append(OAuthError("gone", code=REFRESH_REVOKED))
    assert vault.access_token(ACCOUNT) == "fetched-2"


def test_a_refresh_that_fails_for_now_is_no_reason_to_fetch(
    vault: TokenVault, kiosk: Kiosk
) -> None:
    kiosk.refresh_token = SecretStr("again")
    vault.access_token(ACCOUNT)
    kiosk.clock.sleep(300)
    kiosk.failures.append(OAuthError("busy", code=REFRESH_ERROR))
    with pytest.raises(OAuthError, match="busy"):
        vault.access_token(ACCOUNT)
    assert len(kiosk.fetched) == 1


def test_a_failure_is_raised_and_the_next_caller_tries_again(
    vault: TokenVault, kiosk: Kiosk
) -> None:
    kiosk.failures.append(OAuthError("The kiosk is closed."))
    with pytest.raises(OAuthError, match="The kiosk is closed"):
        vault.access_token(ACCOUNT)
    assert vault.access_token(ACCOUNT) == "fetched-1"


# What stands on it.


@pytest.fixture
def context(home: Path, kiosk: Kiosk) -> Context:
    """The surroundings of a process, which tells the time by its own clock."""
    kiosk.clock = FakeClock(utc_now())
    return Context(plugins=fake_providers.host_of(kiosk=kiosk))


def test_an_account_is_listed_and_added_without_fetching(context: Context, kiosk: Kiosk) -> None:
    accounts = Accounts(context)
    added = accounts.add("front", type="kiosk", region="us", default_project="1")
    assert (added.status, accounts.list()[0].status, kiosk.fetched) == ("untested", "untested", [])
    assert accounts.token("front") == "fetched-1"
    assert accounts.list()[0].status == "ok"


def test_an_account_whose_tokens_have_expired_is_usable(context: Context, kiosk: Kiosk) -> None:
    accounts = Accounts(context)
    accounts.add("front", type="kiosk", region="us", default_project="1")
    kiosk.clock.sleep(-3600)
    accounts.token("front")
    assert accounts.list()[0].status == "ok"
    assert len(kiosk.fetched) == 1


def test_h15_what_the_server_said_of_other_fields_is_forgotten(
    context: Context, kiosk: Kiosk
) -> None:
    Accounts(context).add("front", type="kiosk", region="us", default_project="1")
    context.vault.access_token(ACCOUNT)
    MeCache(context, ACCOUNT).put(Me(user_id=7))
    assert MeCache(context, ACCOUNT).get() is not None
    moved = ACCOUNT.model_copy(update={"place": "yard"})
    context.vault.access_token(moved)
    assert MeCache(context, moved).get() is None


def test_a_bridge_carries_tokens_that_are_fetched_for_it(
    context: Context, kiosk: Kiosk, tmp_path: Path
) -> None:
    Accounts(context).add("front", type="kiosk", region="us", default_project="1")
    path = Accounts(context).export_bridge(to=tmp_path / "bridge.json")
    assert kiosk.fetched == ["hall"]
    env = {"HOME": str(tmp_path / "elsewhere"), "MP_AUTH_FILE": str(path)}
    other = Context(env=env, plugins=context.plugins)
    assert Accounts(other).token() == "fetched-1"
    assert kiosk.fetched == ["hall"]
