"""An owner's record that cannot be read or written: nobody takes that for an account of nobody."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pydantic import SecretStr

from mp_core._api.me import Me
from mp_core._api.proof import Owner
from mp_core._login.terminal import process_terminal
from mp_core._runtime.context import Context
from mp_core._values.user import MeUserInfo
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError, CredentialWarning
from mp_core.plugin.tokens import OAuthTokens
from mp_core.sandbox import Sandbox
from tests.support import fake_providers
from tests.support.child_processes import SOMEONE, in_child, needs_root
from tests.support.home_files import configure, tree
from tests.support.sandbox_accounts import FOX, Desk
from tests.support.wallets import WalletDesk


@pytest.fixture
def record(home: Path) -> Path:
    configure(home, accounts={"me": {"type": "pass", "region": "us", "default_project": FOX}})
    return home / ".mp/accounts/me/owner.json"


@pytest.fixture
def accounts(context: Context, record: Path) -> Accounts:
    """`me` is ada's, who has logged out; grace stands at the desk."""
    return Accounts(context, terminal=process_terminal({})._replace(say=lambda line: None))


@pytest.fixture
def of_ada(accounts: Accounts, desk: Desk, sandbox: Sandbox) -> Accounts:
    accounts.login("me")
    accounts.logout("me")
    desk.person = sandbox.identities[2]
    return accounts


def damage(record: Path) -> None:
    record.write_text("{")


def replace_by_directory(record: Path) -> None:
    record.unlink()
    record.mkdir()


def give_away(record: Path) -> None:
    os.chown(record, SOMEONE, SOMEONE)


@pytest.mark.parametrize(
    "spoil", [damage, replace_by_directory, pytest.param(give_away, marks=needs_root)]
)
@pytest.mark.parametrize("take_over", [False, True])
def test_h61_a_record_that_does_not_tell_whose_the_account_is_admits_nobody(
    of_ada: Accounts,
    desk: Desk,
    home: Path,
    record: Path,
    spoil: Callable[[Path], None],
    take_over: bool,
) -> None:
    spoil(record)
    before, revoked = tree(home), len(desk.revoked)
    with pytest.raises(ConfigError, match=r"owner\.json|belongs to ada") as caught:
        of_ada.login("me", take_over=take_over)
    assert caught.value.hint
    assert tree(home) == before
    assert len(desk.revoked) == revoked + 1


def test_what_was_said_of_a_damaged_record_helps(of_ada: Accounts, record: Path) -> None:
    damage(record)
    with pytest.raises(ConfigError) as caught:
        of_ada.login("me")
    assert str(caught.value.hint).endswith(f": rm {record}")
    record.unlink()
    assert of_ada.login("me").user


def test_her_own_login_mends_a_damaged_record_while_she_is_logged_in(
    accounts: Accounts, record: Path
) -> None:
    accounts.login("me")
    damage(record)
    accounts.login("me")
    assert "ada" in record.read_text()


@dataclass(eq=False)
class Standing(WalletDesk):
    """A desk whose passes the sandbox knows that a child process was forked beside."""

    def issue(self) -> OAuthTokens:
        standing = SecretStr(self.person.token)
        return super().issue().model_copy(update={"access_token": standing})


class TestReadOnly:
    """A home that nobody can write to, with a store of tokens elsewhere."""

    @pytest.fixture
    def home(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """A home that another user may enter, unlike those of pytest."""
        with TemporaryDirectory() as name:
            monkeypatch.setenv("HOME", name)
            yield Path(name)

    @pytest.fixture
    def stored_elsewhere(self, env: dict[str, str], record: Path, sandbox: Sandbox) -> WalletDesk:
        return Standing(sandbox, sandbox.identities[1])

    @staticmethod
    def accounts_with(env: dict[str, str], desk: WalletDesk) -> Accounts:
        context = Context(env=env, plugins=fake_providers.host_of(**{"pass": desk}))
        terminal = process_terminal({})._replace(say=lambda line: None)
        return Accounts(context, terminal=terminal)

    @needs_root
    def test_a_login_says_that_its_owner_cannot_be_recorded(
        self, env: dict[str, str], record: Path, stored_elsewhere: WalletDesk
    ) -> None:
        self.accounts_with(env, stored_elsewhere).login("me")
        shutil.rmtree(record.parent)

        def log_in() -> None:
            os.setuid(SOMEONE)
            with pytest.warns(CredentialWarning, match="nobody will be told"):
                self.accounts_with(env, stored_elsewhere).login("me")

        self.close(record)
        assert in_child(log_in) == 0

    @needs_root
    def test_a_take_over_that_cannot_be_recorded_changes_nothing(
        self, env: dict[str, str], record: Path, stored_elsewhere: WalletDesk, sandbox: Sandbox
    ) -> None:
        desk = stored_elsewhere
        self.accounts_with(env, desk).login("me")
        kept = dict(desk.kept)
        desk.person = sandbox.identities[2]

        def take_over() -> None:
            os.setuid(SOMEONE)
            with pytest.raises(ConfigError, match=r"owner\.json could not be written"):
                self.accounts_with(env, desk).login("me", take_over=True)
            assert (desk.kept, len(desk.revoked)) == (kept, 1)

        self.close(record)
        assert in_child(take_over) == 0

    @staticmethod
    def close(record: Path) -> None:
        """Give all files to the nobody who logs in, and the directories to root, to be read."""
        home = record.parents[3]
        for path in (home, *home.rglob("*")):
            if path.is_file():
                os.chown(path, SOMEONE, SOMEONE)
                path.chmod(0o400)
            else:
                path.chmod(0o755)


def owner(user_id: int | str, email: str | None, region: str = "us") -> Owner:
    return Owner(region, MeUserInfo(id=user_id, email=email), {}, "", "", None)


@pytest.mark.parametrize(
    ("known", "found", "is_same"),
    [
        (owner(7, "a@x.example"), Me(user_id="7"), True),
        (owner("7", "a@x.example"), Me(user_id=7, user_email="new@x.example"), True),
        (owner(7, "a@x.example"), Me(user_id=8, user_email="a@x.example"), False),
        (owner(7, "a@x.example", "eu"), Me(user_id=8, user_email="A@x.example"), True),
        (owner(7, "a@x.example", "eu"), Me(user_id=7, user_email="b@x.example"), False),
        (owner(7, None, "eu"), Me(user_id=7), False),
        (owner(7, "", "eu"), Me(user_id=8, user_email=""), False),
    ],
    ids=str,
)
def test_h61_ids_tell_people_apart_in_a_region_and_addresses_between_regions(
    known: Owner, found: Me, is_same: bool
) -> None:
    assert known.is_(found, "us") is is_same


@pytest.mark.parametrize("user_id", [None, "", " ", 0, "0"])
def test_h68_an_answer_with_an_id_of_nobody_names_nobody(user_id: int | str | None) -> None:
    assert Me(user_id=user_id, user_email="ada@people.example").user is None
