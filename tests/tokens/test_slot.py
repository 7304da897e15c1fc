"""Where tokens are kept and what is remembered of it: the newest, whoever reads or writes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from mp_core._tokens.vault import TokenVault
from mp_core.errors import ConfigError, CredentialWarning, OAuthError
from mp_core.plugin.account import Account, TokenPlace
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.tokens import REFRESH_ERROR, OAuthTokens, TokenStore
from mp_core.testing.clock import FakeClock
from tests.support.rotating_provider import (
    FRESH,
    NOW,
    PASS,
    STALE,
    Keyring,
    Server,
    gone,
    process,
    tokens_of,
)

OLDER = tokens_of("a-older", "r-older", expires=NOW - timedelta(hours=1))
NEWER = tokens_of("a-newer", "r-newer", expires=NOW + timedelta(hours=3))


@dataclass(eq=False)
class Disk(Server):
    """A provider whose tokens go to a disk that may be full, and are read as slowly as a test says.

    Attributes:
        is_full: Whether nothing can be saved.
        reading: Called when the tokens have been read.
    """

    is_full: bool = False
    reading: list[threading.Event] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)

    @hookimpl
    def mp_persist_tokens(self, tokens: OAuthTokens, store: TokenStore) -> str:
        if self.is_full:
            raise ConfigError("No space left on device.")
        return store.save(tokens)

    @hookimpl
    def mp_load_tokens(self, store: TokenStore) -> OAuthTokens | None:
        tokens = store.load()
        if self.reading:
            self.reading.pop().set()
            assert self.go_on.wait(10)
        return tokens


@dataclass(eq=False)
class Locker(Keyring):
    """A store of a plugin that may be shut."""

    is_shut: bool = False

    @hookimpl(tryfirst=True)
    def mp_persist_tokens(self, account: Account, tokens: OAuthTokens) -> str:
        if self.is_shut:
            raise ConfigError("It is shut.")
        self.kept[account.name] = tokens
        return "the locker"


def bridged(seed: OAuthTokens, directory: str = "bridges/one") -> Account:
    """The account with tokens that it came with."""
    return PASS.kept_at(TokenPlace(directory, seed))


def slot_file(root: Path) -> Path:
    return root / "bridges" / "one" / "tokens.json"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


def with_unsaved(root: Path, disk: Disk, clock: FakeClock) -> TokenVault:
    """A vault with tokens that the disk had no room for."""
    vault = process(root, disk, clock=clock)
    vault.store(PASS, STALE)
    disk.is_full = True
    with pytest.warns(CredentialWarning):
        vault.access_token(PASS)
    return vault


class TestMemory:
    def test_h01_a_slow_reader_does_not_bring_back_what_a_refresh_has_replaced(
        self, tmp_path: Path
    ) -> None:
        disk, reading = Disk(), threading.Event()
        vault = process(tmp_path, disk)
        process(tmp_path, disk).store(PASS, STALE)
        disk.is_full = True
        disk.reading.append(reading)
        with ThreadPoolExecutor() as pool:
            reader = pool.submit(vault.peek, PASS)
            assert reading.wait(10)
            with pytest.warns(CredentialWarning):
                assert vault.access_token(PASS) == "a1"
            disk.go_on.set()
            assert reader.result(60) == STALE
        assert vault.access_token(PASS) == "a1"
        assert disk.requests == ["r0"]

    def test_h03_tokens_that_could_not_be_saved_are_saved_as_soon_as_that_is_possible(
        self, tmp_path: Path, clock: FakeClock
    ) -> None:
        disk = Disk()
        vault = with_unsaved(tmp_path, disk, clock)
        clock.sleep(10)
        assert vault.access_token(PASS) == "a1"
        disk.is_full = False
        assert vault.access_token(PASS) == "a1"
        assert process(tmp_path, disk).peek(PASS) == STALE, "it is not tried at every call"
        clock.sleep(10)
        assert vault.access_token(PASS) == "a1"
        assert process(tmp_path, disk).access_token(PASS) == "a1"
        assert disk.requests == ["r0"]

    def test_unsaved_tokens_are_not_saved_over_those_of_another_process(
        self, tmp_path: Path, clock: FakeClock
    ) -> None:
        disk = Disk()
        vault = with_unsaved(tmp_path, disk, clock)
        disk.is_full = False
        process(tmp_path, disk).store(PASS, NEWER)
        clock.sleep(10)
        assert vault.access_token(PASS) == "a-newer"
        assert process(tmp_path, disk).peek(PASS) == NEWER

    @pytest.mark.parametrize("waits_s", [10, 4000], ids=["saving", "refreshing"])
    def test_unsaved_tokens_are_not_saved_over_a_new_login_in_a_plugins_store(
        self, tmp_path: Path, clock: FakeClock, waits_s: int
    ) -> None:
        vault = process(tmp_path, locker := Locker(clock=clock), clock=clock)
        vault.store(PASS, STALE)
        locker.is_shut = True
        with pytest.warns(CredentialWarning):
            vault.access_token(PASS)
        locker.is_shut = False
        process(tmp_path, locker).store(PASS, (login := NEWER.model_copy(update={"login_id": "2"})))
        clock.sleep(waits_s)
        vault.access_token(PASS)
        assert vault.access_token(PASS) == "a-newer"
        assert process(tmp_path, locker).peek(PASS) == login
        assert locker.requests == ["r0"]


class TestSeed:
    def test_h22_tokens_that_came_along_are_refreshed_and_kept_in_a_slot_of_their_own(
        self, tmp_path: Path
    ) -> None:
        server = Server()
        vault = process(tmp_path, server)
        vault.store(PASS, NEWER)
        assert vault.access_token(bridged(STALE)) == "a1"
        assert vault.access_token(PASS) == "a-newer", "H23"
        assert process(tmp_path, server).access_token(bridged(STALE)) == "a1"
        assert server.requests == ["r0"]

    @pytest.mark.parametrize(("seed", "access"), [(OLDER, "a1"), (NEWER, "a-newer")])
    def test_h21_the_newest_expiry_wins_among_what_was_refreshed_and_what_comes_now(
        self, tmp_path: Path, seed: OAuthTokens, access: str
    ) -> None:
        vault = process(tmp_path, Server())
        vault.access_token(bridged(STALE))
        assert vault.access_token(bridged(seed)) == access
        assert process(tmp_path, Server()).access_token(bridged(seed)) == access

    def test_h21_what_was_bought_with_a_token_is_newer_whatever_the_clocks_say(
        self, tmp_path: Path
    ) -> None:
        server = Server()
        account = bridged(tokens_of("a0", "r0", expires=NOW + timedelta(hours=3)))
        assert process(tmp_path, server).access_token(account, rejected="a0") == "a1"
        assert process(tmp_path, server).access_token(account) == "a1"
        assert server.requests == ["r0"]

    def test_h21_an_older_copy_does_not_take_the_place_of_tokens_that_live_in_memory(
        self, clock: FakeClock
    ) -> None:
        server = Server()
        vault = process(None, server, clock=clock)
        with pytest.warns(CredentialWarning, match="could not be saved"):
            assert vault.access_token(bridged(STALE)) == "a1"
        assert vault.access_token(bridged(OLDER)) == "a1"
        assert vault.access_token(bridged(STALE)) == "a1"
        assert vault.access_token(bridged(NEWER)) == "a-newer"
        assert server.requests == ["r0"]

    def test_h23_a_plugin_that_keeps_tokens_by_name_has_no_part_in_it(self, tmp_path: Path) -> None:
        keyring = Keyring(kept={"me": NEWER})
        vault = process(tmp_path, keyring)
        assert vault.access_token(bridged(STALE)) == "a1"
        assert vault.discard(bridged(STALE)) is True
        assert keyring.kept == {"me": NEWER}

    def test_when_the_login_is_gone_the_way_back_leads_over_the_other_side(
        self, tmp_path: Path
    ) -> None:
        failures: list[Exception] = [gone(), OAuthError("Later.", code=REFRESH_ERROR)]
        vault = process(tmp_path, Server(failures=failures))
        for account in (bridged(STALE), bridged(STALE), bridged(tokens_of("a", None, expires=NOW))):
            with pytest.raises(OAuthError) as caught:
                vault.access_token(account)
            assert "export-bridge" in str(caught.value.hint)
            assert "login" not in str(caught.value.hint)

    def test_h08_a_slot_that_cannot_be_read_says_what_to_delete(self, tmp_path: Path) -> None:
        process(tmp_path, Server()).store(bridged(STALE), FRESH)
        slot_file(tmp_path).write_text("{")
        with pytest.raises(OAuthError) as caught:
            process(tmp_path, Server()).access_token(bridged(STALE))
        assert f"Delete {slot_file(tmp_path)}" in str(caught.value.hint)

    def test_the_file_of_a_slot_does_not_hold_what_the_account_came_with(
        self, tmp_path: Path
    ) -> None:
        process(tmp_path, Server()).access_token(bridged(STALE))
        assert not {'"a0"', '"r0"'} & set(slot_file(tmp_path).read_text().split())


class TestTraces:
    def test_asking_for_a_token_that_is_not_there_writes_nothing(self, tmp_path: Path) -> None:
        vault = process(tmp_path, Server())
        with pytest.raises(OAuthError, match="not logged in"):
            vault.access_token(PASS)
        assert vault.discard(PASS) is False
        assert vault.revoke(PASS) is False
        assert list(tmp_path.iterdir()) == []

    def test_without_a_home_a_login_has_no_place(self) -> None:
        with pytest.raises(ConfigError, match="no home"):
            process(None, Server()).store(PASS, FRESH)
        assert process(None, Server()).discard(PASS) is False
