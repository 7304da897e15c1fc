"""Stores that are switched on and off: the one in force decides, and no older login returns."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from mp_core._runtime.context import Context
from mp_core._tokens.vault import TokenVault
from mp_core.accounts import Accounts
from mp_core.errors import CredentialWarning, OAuthError
from mp_core.plugin.hooks import hookimpl
from mp_core.sandbox import Sandbox
from tests.support import fake_providers
from tests.support.home_files import configure
from tests.support.rotating_provider import NOW, PASS, Server, process, tokens_of
from tests.support.sandbox_accounts import Desk
from tests.support.wallets import WalletDesk, WalletServer

FIRST = tokens_of("first", "r-first", login_id="1")
SECOND = tokens_of("second", "r-second", login_id="2")
THIRD = tokens_of("third", "r-third", login_id="3")


class Machine:
    """One storage root, whose store is switched on and off between two processes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.wallet = WalletServer()
        self.store: Server = self.wallet

    @property
    def on(self) -> TokenVault:
        """A new process with the store."""
        return process(self.root, self.store)

    @property
    def off(self) -> TokenVault:
        """A new process without it."""
        return process(self.root, Server())

    def files_with(self, text: str) -> list[str]:
        """The names of the files that hold a text."""
        found = [file for file in self.root.rglob("*") if file.is_file()]
        return [file.name for file in found if text in file.read_text()]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "root")


def refused(vault: TokenVault) -> str:
    with pytest.raises(OAuthError, match="not logged in") as caught:
        vault.access_token(PASS)
    return caught.value.message


class TestSwitchedOn:
    def test_h97_a_login_in_the_file_is_not_used_and_is_named(self, machine: Machine) -> None:
        machine.off.store(PASS, FIRST)
        assert machine.on.peek(PASS) is None
        message = refused(machine.on)
        assert str(machine.root / "accounts/me/tokens.json") in message
        assert "before the token store pass was switched on" in message

    def test_h97_the_next_login_removes_it(self, machine: Machine) -> None:
        machine.off.store(PASS, FIRST)
        machine.on.store(PASS, SECOND)
        assert machine.files_with("first") == machine.files_with("second") == []
        assert machine.on.peek(PASS) == SECOND
        assert "kept by the token store pass, which is switched off" in refused(machine.off)

    def test_h97_a_logout_removes_it(self, machine: Machine) -> None:
        machine.off.store(PASS, FIRST)
        assert machine.on.discard(PASS) is True
        assert machine.off.peek(PASS) is None

    def test_h101_the_store_is_read_again_before_a_refresh(self, machine: Machine) -> None:
        stale = NOW - timedelta(seconds=1)
        machine.on.store(PASS, tokens_of("a0", "r0", expires=stale))
        left = machine.root / "accounts/me/tokens.json"
        left.write_text(json.dumps(FIRST.reveal()))
        left.chmod(0o600)
        one, other = machine.on, machine.on
        assert one.peek(PASS) == other.peek(PASS)
        assert one.access_token(PASS) == other.access_token(PASS) == "a1"
        assert machine.wallet.requests == ["r0"]


class TestSwitchedOffAndOn:
    def test_h97_a_login_of_the_meantime_puts_the_stores_own_out_of_date(
        self, machine: Machine
    ) -> None:
        machine.on.store(PASS, FIRST)
        machine.off.store(PASS, SECOND)
        assert machine.off.peek(PASS) == SECOND
        assert machine.on.peek(PASS) is None
        machine.on.store(PASS, THIRD)
        assert machine.off.peek(PASS) is None
        assert machine.on.peek(PASS) == THIRD

    def test_h97_a_logout_of_the_meantime_does_too_and_says_what_is_left(
        self, machine: Machine
    ) -> None:
        machine.on.store(PASS, FIRST)
        with pytest.warns(CredentialWarning, match="still kept by the token store pass") as told:
            assert machine.off.discard(PASS) is False
        assert "first" not in str(told[0].message)
        assert machine.on.peek(PASS) is None
        assert machine.on.discard(PASS) is True, "what was left goes with a logout"
        assert machine.wallet.kept == {}

    def test_h97_nothing_is_lost_by_looking(self, machine: Machine) -> None:
        machine.on.store(PASS, FIRST)
        assert machine.off.peek(PASS) is None
        assert machine.on.peek(PASS) == FIRST

    def test_h97_a_store_that_keeps_less_than_all_is_held_to_it_as_well(
        self, machine: Machine
    ) -> None:
        bare = {"access_token": "old", "expires_at": FIRST.reveal()["expires_at"]}
        machine.on.store(PASS, FIRST)
        (key,) = machine.wallet.kept
        machine.wallet.kept[key] = json.dumps(bare)
        found = machine.on.peek(PASS)
        assert found is not None
        assert found.access_token.get_secret_value() == "old"
        machine.off.store(PASS, SECOND)
        assert machine.on.peek(PASS) is None

    def test_a_refresh_keeps_the_login(self, machine: Machine) -> None:
        stale = NOW - timedelta(seconds=1)
        machine.on.store(PASS, tokens_of("a0", "r0", expires=stale))
        assert machine.on.access_token(PASS) == "a1"
        again = machine.on.peek(PASS)
        assert again is not None
        assert again.access_token.get_secret_value() == "a1"


def test_h97_a_new_home_uses_what_the_store_holds_for_it(machine: Machine) -> None:
    machine.on.store(PASS, FIRST)
    for file in (machine.root / "accounts/me").iterdir():
        file.unlink()
    assert machine.on.peek(PASS) == FIRST


def test_h97_a_store_that_is_killed_in_the_middle_brings_back_no_older_login(
    tmp_path: Path,
) -> None:
    root, wallet = tmp_path / "root", tmp_path / "wallet.json"
    code = f"""
import json, os, signal, sys
from pathlib import Path
sys.path[:0] = {sys.path!r}
from mp_core.plugin.hooks import hookimpl
from tests.tokens.test_store_switches import FIRST, PASS, SECOND, Machine
machine, wallet = Machine(Path({str(root)!r})), Path({str(wallet)!r})
class Mortal(type(machine.wallet)):
    @hookimpl
    def mp_persist_tokens(self, account, tokens, store):
        wallet.write_text(json.dumps({{store.key: json.dumps(tokens.reveal())}}))
        os.kill(os.getpid(), signal.SIGKILL)
machine.off.store(PASS, FIRST)
machine.store = Mortal()
machine.on.store(PASS, SECOND)
"""
    done = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    machine = Machine(root)
    machine.wallet.kept.update(json.loads(wallet.read_text()))
    assert machine.on.peek(PASS) is None, "neither is certain to be the login in force"
    machine.on.store(PASS, THIRD)
    assert machine.on.peek(PASS) == THIRD


def test_h97_a_note_that_cannot_be_written_is_in_nobodys_way(machine: Machine) -> None:
    (machine.root / "accounts/me/store.json").mkdir(parents=True)
    machine.on.store(PASS, SECOND)
    assert machine.on.peek(PASS) == SECOND, "without a note the store decides"


@dataclass(eq=False)
class Choosy(Server):
    """A store that keeps the tokens of other types alone."""

    @hookimpl
    def mp_persist_tokens(self) -> None:
        """Leave these to the file."""


class TestDeclined:
    def test_h97_what_a_store_leaves_to_the_file_serves_with_it_and_without(
        self, machine: Machine
    ) -> None:
        machine.store = Choosy()
        machine.on.store(PASS, FIRST)
        assert machine.files_with("r-first") == ["tokens.json"]
        assert machine.on.peek(PASS) == machine.off.peek(PASS) == FIRST

    def test_h97_another_store_does_not_use_it(self, machine: Machine) -> None:
        machine.store = Choosy()
        machine.on.store(PASS, FIRST)
        file = machine.root / "accounts/me/store.json"
        file.write_text(file.read_text().replace('"pass"', '"another"'))
        assert machine.on.peek(PASS) is None


def test_h97_status_says_where_the_login_is(
    env: dict[str, str], home: Path, sandbox: Sandbox
) -> None:
    configure(home, accounts={"me": {"type": "pass", "region": "us", "default_project": "9"}})
    wallet = WalletDesk(sandbox, sandbox.identities[1])
    desk = Desk(sandbox, sandbox.identities[1])
    on, off = (
        Accounts(Context(env=env, plugins=fake_providers.host_of(**{"pass": each})))
        for each in (wallet, desk)
    )
    off.login("me", open_browser=False)
    listed = on.show("me")
    assert listed.status == "needs_login"
    assert "tokens.json holds a login from before" in (listed.reason or "")
    on.login("me", open_browser=False)
    assert on.show("me").status == "ok"
    assert off.show("me").status == "needs_login"
    with pytest.warns(CredentialWarning, match="still kept"):
        off.remove("me")
    off.add("me", type="pass", region="us", default_project="9")
    assert on.show("me").status == "needs_login"
    on.login("me", open_browser=False)
    on.remove("me")
    assert not wallet.kept
    assert not (home / ".mp/accounts/me/store.json").exists()
