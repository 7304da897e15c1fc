"""The life of a bearer: fresh, stale, adopted, refreshed once for all, and discarded."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mp_core._tokens.vault import TokenVault
from mp_core.errors import OAuthError
from mp_core.plugin.account import Account
from mp_core.plugin.tokens import TOKEN_ERROR
from tests.support.fake_providers import PassAccount, ticket
from tests.support.rotating_provider import (
    FRESH,
    NOW,
    PASS,
    STALE,
    Keyring,
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


class TestFresh:
    def test_a_fresh_token_is_returned_as_it_is(self, vault: TokenVault, server: Server) -> None:
        vault.store(PASS, FRESH)
        assert vault.access_token(PASS) == "a0"
        assert server.requests == []

    def test_without_tokens_it_says_to_log_in(self, vault: TokenVault) -> None:
        with pytest.raises(OAuthError, match="'me' is not logged in") as caught:
            vault.access_token(PASS)
        assert caught.value.code == TOKEN_ERROR
        assert "mp account login me" in str(caught.value.hint)
        assert vault.peek(PASS) is None

    def test_tokens_are_kept_owner_only_with_what_binds_them(
        self, vault: TokenVault, file: Path
    ) -> None:
        assert vault.store(PASS, FRESH) == str(file)
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
        record = json.loads(file.read_text())
        assert (record["access_token"], record["refresh_token"]) == ("a0", "r0")
        assert (record["type"], record["region"], record["client_id"]) == ("pass", "us", "client")
        assert datetime.fromisoformat(record["expires_at"]) == FRESH.expires_at

    @pytest.mark.parametrize(("left", "requests"), [(31, 0), (30, 1), (0, 1), (-3600, 1)])
    def test_a_token_is_stale_half_a_minute_before_it_expires(
        self, vault: TokenVault, server: Server, left: int, requests: int
    ) -> None:
        vault.store(PASS, tokens_of("a0", "r0", expires=NOW + timedelta(seconds=left)))
        vault.access_token(PASS)
        assert len(server.requests) == requests

    def test_a_warm_call_reads_no_file(self, vault: TokenVault, file: Path) -> None:
        vault.store(PASS, FRESH)
        assert vault.tokens(PASS) is vault.tokens(PASS)

    @pytest.mark.parametrize(
        "other",
        [
            PassAccount(name="me", region="eu"),
            PassAccount(name="ME", region="us"),
            ticket(name="me"),
        ],
        ids=["region", "case", "type"],
    )
    def test_h18_h20_a_slot_serves_only_the_account_it_was_filled_for(
        self, vault: TokenVault, tmp_path: Path, file: Path, other: Account
    ) -> None:
        vault.store(PASS, FRESH)
        theirs = tmp_path / "accounts" / other.name / "tokens.json"
        if theirs != file:
            theirs.parent.mkdir(mode=0o700)
            theirs.write_bytes(file.read_bytes())
            theirs.chmod(0o600)
        for ask in (vault.peek, vault.access_token):
            with pytest.raises(OAuthError, match=r"belongs to .* and this is .*left as it is"):
                ask(other)


class TestRefresh:
    def test_a_stale_token_is_refreshed_once_and_kept(
        self, vault: TokenVault, server: Server, file: Path
    ) -> None:
        vault.store(PASS, STALE)
        assert vault.access_token(PASS) == "a1"
        assert vault.access_token(PASS) == "a1"
        assert server.requests == ["r0"]
        record = json.loads(file.read_text())
        assert (record["access_token"], record["refresh_token"]) == ("a1", "r1")

    def test_what_the_answer_leaves_out_still_holds(self, vault: TokenVault) -> None:
        vault.store(PASS, STALE)
        fresh = vault.tokens(PASS)
        assert (fresh.client_id, fresh.login_id, fresh.scope) == ("client", "login", "events")

    def test_the_old_refresh_token_is_kept_when_the_answer_has_none(
        self, tmp_path: Path, file: Path
    ) -> None:
        vault = process(tmp_path, Server(keeps_refresh_token=True))
        vault.store(PASS, STALE)
        vault.access_token(PASS)
        assert json.loads(file.read_text())["refresh_token"] == "r0"

    def test_an_expired_token_that_cannot_be_refreshed_says_to_log_in(
        self, vault: TokenVault, server: Server
    ) -> None:
        vault.store(PASS, tokens_of("a0", None, expires=NOW))
        unrenewable = ticket(name="t")
        vault.store(unrenewable, STALE)
        for account in (PASS, unrenewable):
            with pytest.raises(OAuthError, match="has expired") as caught:
                vault.access_token(account)
            assert caught.value.code == TOKEN_ERROR
        assert server.requests == []

    def test_eight_threads_that_find_one_stale_token_make_one_refresh(self, tmp_path: Path) -> None:
        gate = threading.Barrier(8)
        server = Server()
        vault = process(tmp_path, server)
        vault.store(PASS, STALE)

        def ask() -> str:
            gate.wait(60)
            return vault.access_token(PASS)

        with ThreadPoolExecutor(8) as pool:
            found = [future.result(60) for future in [pool.submit(ask) for _ in range(8)]]
        assert found == ["a1"] * 8
        assert server.requests == ["r0"]

    def test_eight_vaults_that_share_a_file_make_one_refresh(self, tmp_path: Path) -> None:
        gate, server = threading.Barrier(8), Server()
        process(tmp_path, server).store(PASS, STALE)

        def ask(vault: TokenVault) -> str:
            assert vault.peek(PASS) == STALE
            gate.wait(60)
            return vault.access_token(PASS)

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(ask, [process(tmp_path, server) for _ in range(8)]))
        assert found == ["a1"] * 8
        assert server.requests == ["r0"]

    def test_eight_threads_that_meet_one_401_make_one_refresh(self, tmp_path: Path) -> None:
        gate, server = threading.Barrier(8), Server()
        vault = process(tmp_path, server)
        vault.store(PASS, FRESH)

        def ask() -> str:
            gate.wait(60)
            return vault.access_token(PASS, rejected="a0")

        with ThreadPoolExecutor(8) as pool:
            found = [future.result(60) for future in [pool.submit(ask) for _ in range(8)]]
        assert found == ["a1"] * 8
        assert server.requests == ["r0"]

    def test_another_token_than_the_refused_one_is_given_as_it_is(
        self, vault: TokenVault, server: Server
    ) -> None:
        vault.store(PASS, FRESH)
        assert vault.access_token(PASS, rejected="older") == "a0"
        assert server.requests == []

    def test_accounts_do_not_wait_for_one_another(self, tmp_path: Path) -> None:
        other = PassAccount(name="other", region="us")
        server = Server()
        vault = process(tmp_path, server)
        vault.store(PASS, STALE)
        vault.store(other, FRESH)
        found: list[str] = []
        server.during = lambda: found.append(vault.access_token(other))
        vault.access_token(PASS)
        assert found == ["a0"]


class TestAdoption:
    def test_what_another_process_stored_is_adopted_without_a_request(
        self, tmp_path: Path, vault: TokenVault, server: Server
    ) -> None:
        vault.store(PASS, STALE)
        assert vault.peek(PASS) == STALE
        process(tmp_path, server).store(PASS, tokens_of("theirs", "r5"))
        assert vault.access_token(PASS) == "theirs"
        assert server.requests == []

    def test_a_newer_token_than_the_refused_one_is_adopted(
        self, tmp_path: Path, vault: TokenVault, server: Server
    ) -> None:
        vault.store(PASS, FRESH)
        process(tmp_path, server).store(PASS, tokens_of("theirs", "r5"))
        assert vault.access_token(PASS, rejected="a0") == "theirs"
        assert server.requests == []

    def test_after_invalid_grant_the_slot_is_read_once_more(
        self, tmp_path: Path, file: Path
    ) -> None:
        server = Server(failures=[gone()])
        vault = process(tmp_path, server)
        vault.store(PASS, STALE)
        server.during = lambda: rewrite(file, tokens_of("theirs", "r5"))
        assert vault.access_token(PASS) == "theirs"
        assert vault.access_token(PASS) == "theirs"
        assert server.requests == ["r0"]

    def test_h01_a_store_without_a_file_is_asked_again_before_a_refresh(
        self, tmp_path: Path
    ) -> None:
        keyring = Keyring(kept={"me": STALE})
        mine, theirs = process(tmp_path, keyring), process(tmp_path, keyring)
        assert mine.peek(PASS) == theirs.peek(PASS) == STALE
        assert theirs.access_token(PASS) == "a1"
        assert mine.access_token(PASS) == "a1"
        assert keyring.requests == ["r0"]
        assert not (tmp_path / "accounts" / "me" / "tokens.json").exists()


class TestLogout:
    def test_discarding_empties_memory_and_slot(self, vault: TokenVault, file: Path) -> None:
        vault.store(PASS, FRESH)
        assert vault.discard(PASS) is True
        assert not file.exists()
        assert vault.peek(PASS) is None
        assert vault.discard(PASS) is False

    def test_h18_a_removed_file_is_noticed(self, vault: TokenVault, file: Path) -> None:
        vault.store(PASS, FRESH)
        file.unlink()
        with pytest.raises(OAuthError, match="not logged in"):
            vault.access_token(PASS)

    @pytest.mark.parametrize("revoked", [True, False])
    def test_revocation_tells_what_the_server_did(self, tmp_path: Path, revoked: bool) -> None:
        vault = process(tmp_path, Server(revoked=revoked))
        assert vault.revoke(PASS) is False
        vault.store(PASS, FRESH)
        assert vault.revoke(PASS) is revoked

    @pytest.mark.parametrize("failure", [OAuthError("No."), RuntimeError("broken")])
    def test_h47_a_revocation_that_fails_is_an_answer(
        self, tmp_path: Path, failure: Exception
    ) -> None:
        vault = process(tmp_path, Server(failures=[failure]))
        vault.store(PASS, FRESH)
        assert vault.revoke(PASS) is False

    def test_a_type_without_revocation_is_not_revoked(self, vault: TokenVault) -> None:
        unrenewable = ticket(name="t")
        vault.store(unrenewable, FRESH)
        assert vault.revoke(unrenewable) is False


def test_h01_callers_at_once_share_a_refresh_that_brings_a_token_of_short_life(
    tmp_path: Path,
) -> None:
    server = Server(clock=lambda: NOW - timedelta(hours=1) + timedelta(seconds=20))
    vault = process(tmp_path, server)
    vault.store(PASS, STALE)
    at_once = threading.Barrier(16)

    def ask(_: int) -> str:
        at_once.wait(60)
        return vault.access_token(PASS)

    with ThreadPoolExecutor(16) as pool:
        assert len(list(pool.map(ask, range(16)))) == 16
    assert len(server.requests) < 16
