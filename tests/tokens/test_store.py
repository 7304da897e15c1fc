"""The file that keeps an account's tokens, and what it says when it cannot be used."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import SecretStr

from mp_core._tokens.binding import FOREIGN, Binding
from mp_core._tokens.store import FileTokenStore
from mp_core.errors import OAuthError
from mp_core.plugin.account import Account, TokenPlace
from mp_core.plugin.tokens import TOKEN_ERROR, OAuthTokens
from tests.support.fake_providers import CANARY, PassAccount, badge, tokens
from tests.support.shown_texts import shown

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
ME = PassAccount(name="me", region="eu")
OTHER = PassAccount(name="me", region="us")
YOU = PassAccount(name="you", region="eu")


def store_of(root: Path, account: Account, config: str = "config.toml") -> FileTokenStore:
    return FileTokenStore(root, account, Binding.of(account, config))


@pytest.fixture
def store(tmp_path: Path) -> FileTokenStore:
    return store_of(tmp_path, ME)


def test_what_is_saved_is_read_again(store: FileTokenStore, tmp_path: Path) -> None:
    for found in (tokens(), tokens(client_id="c", login_id="l", scope="events é")):
        assert store.save(found) == str(tmp_path / "accounts" / "me" / "tokens.json")
        assert store.load() == found


def test_the_file_and_its_directory_are_the_owners(store: FileTokenStore) -> None:
    store.save(tokens())
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.path.parent.stat().st_mode & 0o777 == 0o700


def test_the_file_holds_the_promised_fields_in_clear(store: FileTokenStore) -> None:
    zone = timezone(timedelta(hours=2))
    store.save(tokens(expires_at=NOW.astimezone(zone), client_id="c"))
    assert json.loads(store.path.read_text()) == {
        "access_token": CANARY,
        "refresh_token": f"{CANARY}-again",
        "expires_at": "2030-01-02T05:04:05+02:00",
        "scope": "",
        "token_type": "Bearer",
        "client_id": "c",
        "account": "me",
        "type": "pass",
        "region": "eu",
        "config": "config.toml",
    }


def test_a_file_with_unknown_and_without_extra_keys_is_accepted(store: FileTokenStore) -> None:
    store.save(tokens())
    record = {"access_token": "fake", "expires_at": "2030-01-02T03:04:05Z", "novel": [1]}
    store.path.write_text(json.dumps(record))
    assert store.load() == OAuthTokens(access_token=SecretStr("fake"), expires_at=NOW)


def test_an_empty_slot_is_none(store: FileTokenStore) -> None:
    assert store.load() is None
    assert store.delete() is False
    assert list(store.path.parent.parent.parent.iterdir()) == []


def test_a_slot_can_be_emptied(store: FileTokenStore) -> None:
    store.save(tokens())
    assert store.delete() is True
    assert store.load() is None


@pytest.mark.parametrize(
    "other",
    [
        PassAccount(name="me", region="us"),
        badge("me", region="eu"),
        PassAccount(name="ME", region="eu"),
    ],
)
def test_h18_the_tokens_of_another_account_are_not_returned(
    store: FileTokenStore, other: Account
) -> None:
    store.save(tokens())
    theirs = store_of(store.path.parents[2], other)
    theirs.path.parent.mkdir(exist_ok=True)
    theirs.path.write_bytes(store.path.read_bytes())
    theirs.path.chmod(0o600)
    before = theirs.path.read_bytes()
    for act in (theirs.load, theirs.delete, lambda: theirs.save(tokens())):
        with pytest.raises(OAuthError) as caught:
            act()
        assert caught.value.code == FOREIGN
    assert theirs.path.read_bytes() == before


def test_h65_the_tokens_of_another_configuration_file_are_left_alone(store: FileTokenStore) -> None:
    store.save(tokens())
    before = store.path.read_bytes()
    theirs = store_of(store.path.parents[2], ME, "/etc/mp.toml")
    for act in (theirs.load, theirs.delete, lambda: theirs.save(tokens())):
        with pytest.raises(OAuthError, match=r"/etc/mp\.toml.*left as it is") as caught:
            act()
        assert str(store.path.parents[2] / "config.toml") in caught.value.message
    assert store.path.read_bytes() == before


def test_h65_tokens_that_name_no_configuration_file_are_anyones_of_that_account(
    store: FileTokenStore,
) -> None:
    store.save(tokens())
    record = json.loads(store.path.read_text())
    del record["config"]
    store.path.write_text(json.dumps(record))
    assert store.load() == tokens()
    store.save(tokens())
    assert json.loads(store.path.read_text())["config"] == "config.toml"


def test_h64_the_key_of_a_slot_differs_for_all_that_tells_slots_apart(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    one = store_of(tmp_path, ME).key
    assert store_of(tmp_path / "link", ME).key == one, "stable"
    others = {
        store_of(tmp_path / "other", ME).key,
        store_of(tmp_path, ME, "b.toml").key,
        *(store_of(tmp_path, each).key for each in (badge("me", region="eu"), OTHER, YOU)),
    }
    assert len(others | {one}) == 6
    assert all(key.isalnum() and key.islower() for key in others)


def test_h23_an_account_from_elsewhere_has_its_own_file(tmp_path: Path) -> None:
    far = store_of(tmp_path, ME.kept_at(TokenPlace("bridges/7")))
    assert far.path == tmp_path / "bridges" / "7" / "tokens.json"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '"x"',
        "{",
        f'{{"access_token": "{CANARY}"',
        f'{{"access_token": "{CANARY}"}}',
        f'{{"access_token": "{CANARY}", "expires_at": "{CANARY}"}}',
        f'{{"access_token": {{"a": "{CANARY}"}}, "expires_at": "2030-01-02T00:00:00Z"}}',
        '{"access_token": "fake", "expires_at": "2030-01-02T00:00:00"}',
        "[" * 100_000,
    ],
    ids=lambda text: text[:20],
)
def test_h08_a_file_that_is_no_tokens_says_to_log_in_again(
    store: FileTokenStore, text: str
) -> None:
    store.save(tokens())
    store.path.write_text(text)
    with pytest.raises(OAuthError, match="stored tokens of account 'me'") as caught:
        store.load()
    error = caught.value
    assert error.code == TOKEN_ERROR
    assert error.hint == "Log in again: mp account login me"
    assert error.details == {"account": "me", "path": str(store.path)}
    assert CANARY not in shown(error).replace(str(store.path), "")
    assert CANARY.encode() not in pickle.dumps(error)


def test_h55_a_file_that_others_may_write_says_so(store: FileTokenStore) -> None:
    store.save(tokens())
    store.path.chmod(0o622)
    with pytest.raises(OAuthError, match="other users may write it"):
        store.load()
