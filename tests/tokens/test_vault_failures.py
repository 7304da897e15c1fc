"""What a vault does when tokens cannot be refreshed, saved or read."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from mp_core._storage.locks import locked
from mp_core._tokens.vault import TokenVault
from mp_core.errors import ConfigError, CredentialWarning, OAuthError, ProviderFailedError
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.tokens import (
    REFRESH_ERROR,
    REFRESH_REVOKED,
    TOKEN_ERROR,
    OAuthTokens,
    TokenStore,
)
from tests.support.rotating_provider import (
    FRESH,
    NOW,
    PASS,
    STALE,
    Server,
    file,
    gone,
    process,
    rewrite,
    server,
    tokens_of,
    vault,
)

__all__ = ["file", "server", "vault"]


class TestRefusal:
    def test_a_login_that_is_gone_for_good_is_told_and_keeps_its_file(
        self, tmp_path: Path, file: Path
    ) -> None:
        vault = process(tmp_path, Server(failures=[gone()]))
        vault.store(PASS, STALE)
        before = file.read_bytes()
        with pytest.raises(OAuthError, match="gone") as caught:
            vault.access_token(PASS)
        assert caught.value.code == REFRESH_REVOKED
        assert file.read_bytes() == before

    def test_a_transient_failure_ends_nothing(self, tmp_path: Path, file: Path) -> None:
        server = Server(failures=[OAuthError("Later.", code=REFRESH_ERROR)])
        vault = process(tmp_path, server)
        vault.store(PASS, STALE)
        before = file.read_bytes()
        with pytest.raises(OAuthError, match="Later") as caught:
            vault.access_token(PASS)
        assert caught.value.code == REFRESH_ERROR
        assert file.read_bytes() == before
        assert vault.access_token(PASS) == "a2"

    def test_h48_a_provider_that_breaks_is_named_and_ends_nothing(self, tmp_path: Path) -> None:
        vault = process(tmp_path, Server(failures=[RuntimeError("a0 r0")]))
        vault.store(PASS, STALE)
        with pytest.raises(ProviderFailedError, match="mp-pass"):
            vault.access_token(PASS)
        assert vault.access_token(PASS) == "a2"

    def test_callers_that_wait_for_a_refresh_share_its_failure(self, tmp_path: Path) -> None:
        server = Server(failures=[OAuthError("Later.", code=REFRESH_ERROR)] * 8)
        outcomes = ask_at_once(tmp_path, server, STALE)
        assert {str(outcome) for outcome in outcomes} == {f"Account {PASS.name!r}: Later."}
        assert len({id(outcome) for outcome in outcomes}) == 8, "a traceback belongs to one thread"
        assert server.requests == ["r0"]

    def test_a_token_in_its_last_seconds_serves_all_when_it_cannot_be_refreshed_now(
        self, tmp_path: Path
    ) -> None:
        server = Server(failures=[OAuthError("Later.", code=REFRESH_ERROR)] * 8)
        dying = tokens_of("a0", "r0", expires=NOW + timedelta(seconds=10))
        assert ask_at_once(tmp_path, server, dying) == ["a0"] * 8
        assert server.requests == ["r0"]

    @pytest.mark.parametrize(("code", "rejected"), [(REFRESH_REVOKED, None), (REFRESH_ERROR, "a0")])
    def test_a_token_in_its_last_seconds_does_not_serve_when_it_is_refused_or_revoked(
        self, tmp_path: Path, code: str, rejected: str | None
    ) -> None:
        vault = process(tmp_path, Server(failures=[OAuthError("No.", code=code)]))
        vault.store(PASS, tokens_of("a0", "r0", expires=NOW + timedelta(seconds=10)))
        with pytest.raises(OAuthError, match="No"):
            vault.access_token(PASS, rejected=rejected)

    def test_a_token_in_its_last_seconds_serves_while_another_process_hangs(
        self, tmp_path: Path, server: Server, file: Path
    ) -> None:
        begun: list[float] = []

        def clock() -> datetime:
            return NOW + timedelta(seconds=time.monotonic() - begun[0] if begun else 0)

        vault = process(tmp_path, server, clock=clock)
        vault.store(PASS, tokens_of("a0", "r0", expires=NOW + timedelta(seconds=2)))
        with locked(file):
            begun.append(time.monotonic())
            assert vault.access_token(PASS) == "a0"
        assert server.requests == []

    @pytest.mark.parametrize(("serves_s", "sleeps_s"), [(1, 60), (0.02, 0)])
    def test_h02_a_token_that_hardly_serves_when_the_wait_for_the_lock_is_over_is_refreshed(
        self, tmp_path: Path, server: Server, file: Path, serves_s: float, sleeps_s: float
    ) -> None:
        looks = count(1)

        def clock() -> datetime:
            """The machine sleeps once it has been decided how long to wait."""
            return NOW if next(looks) <= 3 else NOW + timedelta(seconds=sleeps_s)

        vault = process(tmp_path, server, clock=clock)
        vault.store(PASS, tokens_of("a0", "r0", expires=NOW + timedelta(seconds=serves_s)))
        with ExitStack() as held:
            held.enter_context(locked(file))
            threading.Timer(serves_s, held.close).start()
            assert vault.access_token(PASS) == "a1"
        assert next(looks) > 4

    def test_h02_a_token_that_expires_just_after_the_wait_for_the_lock_is_refreshed(
        self, tmp_path: Path, server: Server, file: Path
    ) -> None:
        looks = count(1)

        def clock() -> datetime:
            """The machine sleeps once it has been found that the token still serves."""
            return NOW if next(looks) <= 4 else NOW + timedelta(seconds=60)

        vault = process(tmp_path, server, clock=clock)
        vault.store(PASS, tokens_of("a0", "r0", expires=NOW + timedelta(seconds=1)))
        with ExitStack() as held:
            held.enter_context(locked(file))
            threading.Timer(1, held.close).start()
            assert vault.access_token(PASS) == "a1"
        assert next(looks) > 5

    def test_a_lock_that_stays_busy_is_a_failure_that_may_pass(
        self, tmp_path: Path, server: Server, file: Path
    ) -> None:
        vault = process(tmp_path, server, patience_s=0.05)
        vault.store(PASS, STALE)
        busy = pytest.raises(OAuthError, match=r"locked by another process for [\d.e-]+ s")
        with locked(file), busy as caught:
            vault.access_token(PASS)
        assert caught.value.code == REFRESH_ERROR
        assert vault.access_token(PASS) == "a1"


def ask_at_once(root: Path, server: Server, tokens: OAuthTokens) -> list[str | OAuthError]:
    """Return what eight threads get that all ask before the first one's refresh has ended."""
    vault = process(root, server)
    vault.store(PASS, tokens)

    def wait_for_all() -> None:
        flight, until = vault.slot(PASS).memory.flight(), time.monotonic() + 60
        while len(flight._waiting) < 8:
            assert time.monotonic() < until
            time.sleep(0.01)

    server.during = wait_for_all

    def ask(_: int) -> str | OAuthError:
        try:
            return vault.access_token(PASS)
        except OAuthError as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(ask, range(8)))


class TestUnsaved:
    @pytest.fixture
    def full(self, tmp_path: Path) -> tuple[TokenVault, Server]:
        """A vault whose disk is full from the first refresh on."""

        @dataclass(eq=False)
        class Full(Server):
            space: int = 1

            @hookimpl
            def mp_persist_tokens(self, tokens: OAuthTokens, store: TokenStore) -> str:
                if self.space == 0:
                    raise ConfigError("No space left on device.")
                self.space -= 1
                return store.save(tokens)

        server = Full()
        vault = process(tmp_path, server)
        vault.store(PASS, STALE)
        return vault, server

    def test_h03_tokens_that_cannot_be_saved_serve_from_memory_with_one_warning(
        self, full: tuple[TokenVault, Server], file: Path
    ) -> None:
        vault, server = full
        before = file.read_bytes()
        with pytest.warns(CredentialWarning, match="could not be saved") as caught:
            assert vault.access_token(PASS) == "a1"
        assert len(caught) == 1
        assert vault.access_token(PASS) == "a1"
        assert server.requests == ["r0"]
        assert file.read_bytes() == before

    def test_h03_the_warning_holds_no_token(self, full: tuple[TokenVault, Server]) -> None:
        with pytest.warns(CredentialWarning) as caught:
            full[0].access_token(PASS)
        text = str(caught[0].message)
        assert "'me'" in text
        assert not {"a0", "a1", "r0", "r1"} & set(text.replace("'", " ").split())

    def test_h03_the_next_refresh_spends_the_unsaved_refresh_token(
        self, full: tuple[TokenVault, Server]
    ) -> None:
        vault, server = full
        with pytest.warns(CredentialWarning):
            vault.access_token(PASS)
        with pytest.warns(CredentialWarning):
            assert vault.access_token(PASS, rejected="a1") == "a2"
        assert server.requests == ["r0", "r1"]

    def test_a_login_elsewhere_takes_the_place_of_unsaved_tokens(
        self, full: tuple[TokenVault, Server], file: Path
    ) -> None:
        vault, _ = full
        with pytest.warns(CredentialWarning):
            vault.access_token(PASS)
        rewrite(file, tokens_of("theirs", "r9"))
        assert vault.access_token(PASS) == "theirs"


class Desk(Server):
    """The server of a type that also logs in."""

    @hookimpl
    def mp_login(self) -> OAuthTokens:
        raise AssertionError("Nobody logs in here.")


@pytest.mark.parametrize(
    ("code", "way"),
    [
        (REFRESH_REVOKED, "Log in again: mp account login me"),
        (REFRESH_ERROR, "Try again; if it stays so: Log in again: mp account login me"),
    ],
)
@pytest.mark.parametrize("hint", [None, "Ask the front desk."])
def test_a_refresh_that_fails_says_the_way_back_unless_the_provider_knows_better(
    tmp_path: Path, code: str, way: str, hint: str | None
) -> None:
    vault = process(tmp_path, Desk(failures=[OAuthError("No.", hint=hint, code=code)]))
    vault.store(PASS, STALE)
    with pytest.raises(OAuthError, match="No") as caught:
        vault.access_token(PASS)
    assert caught.value.hint == (hint or way)


def test_a_refresh_that_fails_names_no_login_where_there_is_none(tmp_path: Path) -> None:
    vault = process(tmp_path, Server(failures=[OAuthError("No.", code=REFRESH_REVOKED)]))
    vault.store(PASS, STALE)
    with pytest.raises(OAuthError, match="No") as caught:
        vault.access_token(PASS)
    assert caught.value.hint == "Check the credential and the region."


def test_h08_a_file_truncated_anywhere_says_to_log_in_again(
    vault: TokenVault, tmp_path: Path, server: Server, file: Path
) -> None:
    vault.store(PASS, FRESH)
    whole = file.read_bytes()
    for length in range(len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(OAuthError) as caught:
            process(tmp_path, server).access_token(PASS)
        assert caught.value.code == TOKEN_ERROR
        assert "mp account login me" in str(caught.value.hint)
        assert "a0" not in str(caught.value).replace(str(file), "")
