"""Renaming: whoever looks, an account has all that is its own, under one name or the other."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest

from mp_core._runtime.context import Context
from mp_core._tokens.lineage import fingerprint_of
from mp_core.accounts import Accounts
from mp_core.errors import (
    AccountExistsError,
    AccountNotFoundError,
    ConfigError,
    MpError,
    OAuthError,
)
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.tokens import OAuthTokens
from mp_core.sandbox import Sandbox
from tests.support import fake_providers
from tests.support.fake_providers import BADGE_BLOCK
from tests.support.home_files import configure, tables_in, tree
from tests.support.sandbox_accounts import Desk
from tests.support.wallets import Naming, WalletDesk, by_key, by_name

PASS: dict[str, Any] = {"type": "pass", "region": "us", "default_project": "9"}
TARGET = {"account": "me", "project": "9", "workspace": 92}


@pytest.fixture
def config(home: Path) -> Path:
    return configure(
        home,
        active={"account": "me", "workspace": 92},
        accounts={"me": PASS, "you": PASS},
        targets={"b": TARGET, "a": TARGET, "c": {**TARGET, "account": "you"}},
    )


@pytest.fixture
def accounts(context: Context, config: Path) -> Accounts:
    """Two accounts, of which `me` is logged in and has an owner."""
    accounts = Accounts(context)
    accounts.login("me", open_browser=False)
    return accounts


def directory(config: Path, name: str) -> Path:
    return config.parent / "accounts" / name


def stored(config: Path, name: str) -> dict[str, Any]:
    """What is stored of an account, by file, without what it says of whose it is."""
    files = directory(config, name).glob("*.json")
    return {file.name: _unbound(json.loads(file.read_text())) for file in files}


def _unbound(record: dict[str, Any]) -> dict[str, Any]:
    return {
        key: record[key] for key in record if key not in ("config", "account", "type", "region")
    }


def test_all_that_is_an_accounts_own_goes_along(
    accounts: Accounts, config: Path, sandbox: Sandbox
) -> None:
    before, token = stored(config, "me"), accounts.token("me")
    assert before.keys() == {"tokens.json", "client.json", "me.json", "owner.json"}
    sandbox.requests.clear()
    renamed = accounts.rename("me", "ada")
    assert (renamed.name, renamed.status, renamed.is_active) == ("ada", "ok", True)
    assert stored(config, "ada") == before
    assert stored(config, "me") == {}
    tables = tables_in(config)
    assert tables["active"] == {"account": "ada", "workspace": 92}
    assert tables["accounts"] == {"ada": PASS, "you": PASS}
    assert {name: block["account"] for name, block in tables["targets"].items()} == {
        "a": "ada",
        "b": "ada",
        "c": "you",
    }
    assert accounts.token("ada") == token
    assert sandbox.requests == [], "the answer of /me is still known"
    for file in directory(config, "ada").glob("*.json"):
        assert json.loads(file.read_text())["account"] == "ada"
        assert file.stat().st_mode & 0o777 == 0o600


def test_an_account_without_a_login_is_renamed_too(context: Context, home: Path) -> None:
    config = configure(home, active={"account": "x"}, accounts={"team": BADGE_BLOCK})
    assert Accounts(context).rename("team", "crew").name == "crew"
    assert tables_in(config) == {"active": {"account": "x"}, "accounts": {"crew": BADGE_BLOCK}}


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("nobody", "ada", AccountNotFoundError),
        ("me", "you", AccountExistsError),
        ("me", "me", AccountExistsError),
        ("me", "no blanks", ConfigError),
        ("me", "", ConfigError),
        ("me", "../you", ConfigError),
    ],
)
def test_a_name_that_is_not_there_is_taken_or_is_none_changes_nothing(
    accounts: Accounts, home: Path, old: str, new: str, error: type[ConfigError]
) -> None:
    before = tree(home)
    with pytest.raises(error):
        accounts.rename(old, new)
    assert tree(home) == before


def test_h77_a_file_that_cannot_be_written_leaves_all_under_the_old_name(
    accounts: Accounts, home: Path, config: Path
) -> None:
    before = tree(home)
    for obstacle in ("tokens.json", "client.json", "owner.json"):
        path = directory(config, "ada") / obstacle
        (path / "in the way").mkdir(parents=True)
        with pytest.raises(MpError):
            accounts.rename("me", "ada")
        (path / "in the way").rmdir()
        path.rmdir()
        assert tree(home) == before


def test_h77_a_cache_that_cannot_be_copied_stops_nothing(accounts: Accounts, config: Path) -> None:
    (directory(config, "ada") / "me.json" / "in the way").mkdir(parents=True)
    assert accounts.rename("me", "ada").status == "ok"


def test_h77_what_cannot_be_deleted_under_the_old_name_is_named(
    accounts: Accounts, config: Path
) -> None:
    left = directory(config, "me") / "owner.json"
    left.unlink()
    (left / "in the way").mkdir(parents=True)
    with pytest.raises(ConfigError, match=f"is now 'ada', but {left} could not") as caught:
        accounts.rename("me", "ada")
    assert f"rm -r {left}" in str(caught.value.hint)
    assert accounts.show("ada").status == "ok"


def test_h18_what_an_earlier_account_of_the_name_left_is_not_revived(
    accounts: Accounts, config: Path, home: Path
) -> None:
    leftover = directory(config, "you") / "tokens.json"
    token = accounts.token("me")
    accounts.login("you", open_browser=False)
    content = leftover.read_bytes()
    accounts.remove("you", force=True)
    leftover.touch(mode=0o600)
    leftover.write_bytes(content)
    accounts.rename("me", "you")
    assert accounts.token("you") == token


@pytest.mark.parametrize("stage", ["mp_persist_tokens", "mp_validate_account", "mp_delete_tokens"])
def test_h77_a_process_that_is_killed_in_between_loses_nothing(
    accounts: Accounts, context: Context, config: Path, home: Path, desk: Desk, stage: str
) -> None:
    token, before = accounts.token("me"), context.config().account("me")
    code = f"""
import os, signal, sys
sys.path[:0] = {sys.path!r}
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.plugin.hooks import hookimpl
from tests.support import fake_providers
class Killer(fake_providers.Pass):
    @hookimpl(wrapper=True)
    def {stage}(self, account):
        if account.name == {"me" if stage == "mp_delete_tokens" else "ada"!r}:
            os.kill(os.getpid(), signal.SIGKILL)
        return (yield)
plugins = fake_providers.host_of(**{{"pass": Killer()}})
Accounts(Context(env={{"HOME": {str(home)!r}}}, plugins=plugins)).rename("me", "ada")
"""
    done = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    (name,) = {"me", "ada"} & tables_in(config)["accounts"].keys()
    assert name == ("ada" if stage == "mp_delete_tokens" else "me")
    assert accounts.token(name) == token
    assert stored(config, name).keys() == {"tokens.json", "client.json", "me.json", "owner.json"}
    if name == "ada":
        with pytest.raises(OAuthError, match="not logged in"):
            context.vault.access_token(before, rejected=token)
        assert desk.refreshes == 0, "ada has the tokens that a session of before would spend"
    else:
        assert context.vault.access_token(before, rejected=token) != token


@pytest.mark.parametrize("goes_by", [by_key, by_name])
def test_h64_a_login_in_a_plugins_store_goes_along(
    env: dict[str, str], config: Path, sandbox: Sandbox, goes_by: Naming
) -> None:
    wallet = WalletDesk(sandbox, sandbox.identities[1], goes_by=goes_by)
    accounts = Accounts(Context(env=env, plugins=fake_providers.host_of(**{"pass": wallet})))
    accounts.login("me", open_browser=False)
    token, before = accounts.token("me"), wallet.kept.keys() | set()
    accounts.rename("me", "ada")
    assert accounts.token("ada") == token
    assert len(wallet.kept) == 1
    assert wallet.kept.keys() != before
    assert "needs_login" not in {each.status for each in accounts.list() if each.name == "ada"}


def test_a_refresh_that_is_under_way_is_waited_for(
    accounts: Accounts, env: dict[str, str], config: Path, desk: Desk, sandbox: Sandbox
) -> None:
    entered, go_on = threading.Event(), threading.Event()

    class Slow(Desk):
        @hookimpl
        def mp_refresh_tokens(self) -> OAuthTokens:
            entered.set()
            assert go_on.wait(60)
            return self.issue()

    slow = Slow(sandbox, sandbox.identities[1])
    elsewhere = Context(env=env, plugins=fake_providers.host_of(**{"pass": slow}))
    account, spent = elsewhere.config().account("me"), accounts.token("me")
    with ThreadPoolExecutor() as pool:
        refreshed = pool.submit(elsewhere.vault.access_token, account, rejected=spent)
        assert entered.wait(60)
        renamed = pool.submit(accounts.rename, "me", "ada")
        assert wait([renamed], timeout=1).not_done, "the tokens that it would copy are spent"
        go_on.set()
        assert renamed.result(60).status == "ok"
        assert accounts.token("ada") == refreshed.result(60) != spent


def test_h73_new_tokens_that_a_killed_process_left_go_along(
    accounts: Accounts, config: Path
) -> None:
    file = directory(config, "me") / "tokens.json"
    record = json.loads(file.read_text())
    new = {"access_token": "new", "continues": fingerprint_of(record["access_token"])}
    draft = file.with_name(f".{file.name}.mp-tmp-0")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({**record, **new}))
    accounts.rename("me", "ada")
    assert stored(config, "ada")["tokens.json"]["access_token"] == "new"
    assert list(file.parent.glob("*.json")) == []
    assert not draft.exists()
