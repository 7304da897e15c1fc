"""Stores of plugins: what one slot keeps comes back to that slot alone, whatever the store goes by.

A store of contract 1.0 goes by the account's name, and two storage roots share it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mp_core._tokens.binding import FOREIGN, Binding
from mp_core._tokens.vault import TokenVault
from mp_core.errors import OAuthError
from mp_core.plugin.account import Account
from tests.support.fake_providers import PassAccount
from tests.support.rotating_provider import FRESH, PASS, STALE, Server, no_http, tokens_of
from tests.support.rotating_provider import host_of as served_by
from tests.support.wallets import WalletServer, by_name

NOW_FRESH = tokens_of("a7", "r7")


def vault_of(wallet: WalletServer, root: Path, config: str = "config.toml") -> TokenVault:
    return TokenVault(
        root,
        served_by(wallet),
        http=no_http,
        bind=lambda account: Binding.of(account, config),
        clock=wallet.clock,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "one"


Other = Callable[[WalletServer, Path], tuple[TokenVault, Account]]
OTHERS: dict[str, Other] = {
    "root": lambda wallet, root: (vault_of(wallet, root.with_name("two")), PASS),
    "configuration": lambda wallet, root: (vault_of(wallet, root, "/etc/b.toml"), PASS),
    "region": lambda wallet, root: (vault_of(wallet, root), PassAccount(name="me", region="eu")),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
class TestOthers:
    def test_h64_a_store_that_goes_by_the_key_serves_both(self, root: Path, other: Other) -> None:
        wallet = WalletServer()
        vault_of(wallet, root).store(PASS, FRESH)
        vault, account = other(wallet, root)
        assert vault.peek(account) is None
        vault.store(account, NOW_FRESH)
        assert vault.discard(account) is True
        assert vault_of(wallet, root).peek(PASS) == FRESH

    def test_h64_a_store_that_goes_by_the_name_hands_a_login_to_its_own_slot_alone(
        self, root: Path, other: Other
    ) -> None:
        wallet = WalletServer(goes_by=by_name)
        vault_of(wallet, root).store(PASS, FRESH)
        before = dict(wallet.kept)
        vault, account = other(wallet, root)
        for ask in (vault.peek, vault.access_token, lambda each: vault.store(each, NOW_FRESH)):
            with pytest.raises(OAuthError, match=r"token store .*left as it is") as caught:
                ask(account)
            assert caught.value.code == FOREIGN
            assert str(root / "config.toml") in caught.value.message
        assert vault.discard(account) is False
        assert wallet.kept == before
        assert vault_of(wallet, root).peek(PASS) == FRESH


def test_h64_tokens_that_were_stored_before_they_said_whose_they_are_serve_on(root: Path) -> None:
    wallet = WalletServer(goes_by=by_name, kept={"me": json.dumps(STALE.reveal())})
    assert vault_of(wallet, root).access_token(PASS) == "a1"
    assert vault_of(wallet, root).peek(PASS) is not None
    assert '"slot"' in wallet.kept["me"], "from the next save on they say it"


def test_h64_what_a_store_cannot_read_can_be_replaced_and_deleted(root: Path) -> None:
    wallet = WalletServer(kept={})
    vault = vault_of(wallet, root)
    vault.store(PASS, FRESH)
    (key,) = wallet.kept
    wallet.kept[key] = "{"
    vault_of(wallet, root).store(PASS, NOW_FRESH)
    assert vault_of(wallet, root).peek(PASS) == NOW_FRESH
    wallet.kept[key] = "{"
    assert vault_of(wallet, root).discard(PASS) is True
    assert wallet.kept == {}


def test_h64_a_file_does_not_say_where_its_storage_root_was(root: Path) -> None:
    vault = TokenVault(root, served_by(Server()), http=no_http)
    vault.store(PASS, FRESH)
    assert str(root) not in (root / "accounts/me/tokens.json").read_text()
