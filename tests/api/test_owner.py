"""The record of whose an account is, and what every later proof is held against."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mp_core._api.mismatch import OwnerMismatchError
from mp_core._login.options import SetupOptions
from mp_core._login.setup import set_up
from mp_core._login.terminal import process_terminal
from mp_core._runtime.context import Context
from mp_core._storage.locks import locked
from mp_core._values.selection import selected
from mp_core.accounts import Accounts
from mp_core.errors import AuthenticationError, CredentialWarning
from mp_core.sandbox import Fault, Sandbox
from mp_core.workspace import Workspace
from tests.support.home_files import configure, tree
from tests.support.sandbox_accounts import WEB, Desk, badge_of

CI, ADA = "ci@robots.example", "ada@people.example"


@pytest.fixture
def path(home: Path, sandbox: Sandbox) -> Path:
    ticket = {"type": "ticket", "region": "us", "default_project": WEB, "token_env": "NIGHT"}
    return configure(home, accounts={"team": badge_of(sandbox.identities[0], WEB), "night": ticket})


@pytest.fixture
def accounts(context: Context, path: Path) -> Accounts:
    return Accounts(context)


@pytest.fixture
def record(home: Path) -> Path:
    return home / ".mp/accounts/team/owner.json"


def become(path: Path, sandbox: Sandbox, person: int) -> None:
    """Change the credential of `team` by hand."""
    ci, other = sandbox.identities[0], sandbox.identities[person]
    text = path.read_text().replace(ci.username, other.username).replace(ci.secret, other.secret)
    path.write_text(text)


def test_the_first_proof_records_the_owner_and_summaries_show_them_without_a_request(
    accounts: Accounts, sandbox: Sandbox, record: Path
) -> None:
    before = accounts.show("team")
    assert (before.user_email, before.project_id, before.project_name) == (None, WEB, None)
    assert accounts.test("team").ok
    asked = len(sandbox.requests)
    shown = accounts.show("team")
    assert (shown.user_email, shown.project_id, shown.project_name) == (CI, WEB, "Web Shop")
    assert shown in accounts.list()
    assert len(sandbox.requests) == asked
    assert record.stat().st_mode & 0o777 == 0o600
    assert sandbox.identities[0].secret not in record.read_text()


def test_any_answer_of_me_is_a_proof(context: Context, accounts: Accounts, path: Path) -> None:
    with Workspace.within(context, selected("team")) as ws:
        ws.me()
    assert accounts.show("team").user_email == CI


def test_a_credential_that_a_variable_holds_stays_that_of_its_owner(
    accounts: Accounts, env: dict[str, str], sandbox: Sandbox, home: Path
) -> None:
    env["NIGHT"] = sandbox.identities[0].token
    assert accounts.test("night").ok
    kept = (home / ".mp/accounts/night/owner.json").read_bytes()
    env["NIGHT"] = sandbox.identities[1].token
    result = accounts.test("night")
    assert (result.ok, result.error_code) == (False, "OWNER_MISMATCH")
    assert result.error_details is not None
    assert result.error_details["owner"]["email"] == CI
    assert "mp account update night --take-over" in str(result.hint)
    assert accounts.show("night").status == "untested"
    assert (home / ".mp/accounts/night/owner.json").read_bytes() == kept
    accounts.update("night", take_over=True)
    assert accounts.test("night").ok
    assert accounts.show("night").user_email == ADA


def test_a_credential_that_was_changed_by_hand_is_a_take_over_that_is_said_once(
    accounts: Accounts, context: Context, path: Path, sandbox: Sandbox
) -> None:
    accounts.test("team")
    become(path, sandbox, 1)
    assert accounts.show("team").user_email is None
    with pytest.warns(CredentialWarning, match=f"now acts as {ADA}; before it was {CI}") as caught:
        assert accounts.test("team").ok
    assert len(caught) == 1
    assert accounts.test("team").ok
    assert accounts.show("team").user_email == ADA


@pytest.mark.parametrize("text", ["", "{", "[]", '{"account": "team"}', '{"user": 7}'])
def test_a_damaged_record_is_none_and_the_next_proof_replaces_it(
    accounts: Accounts, record: Path, text: str
) -> None:
    accounts.test("team")
    record.write_text(text)
    assert accounts.show("team").status == "ok"
    assert accounts.test("team").ok
    assert json.loads(record.read_text())["user"] == {"id": 501, "email": CI}


def test_a_record_that_cannot_be_written_is_no_failure(accounts: Accounts, record: Path) -> None:
    record.mkdir(parents=True)
    assert accounts.test("team").ok


def test_update_needs_to_be_told_that_another_owner_takes_over(
    accounts: Accounts, path: Path, sandbox: Sandbox
) -> None:
    accounts.test("team")
    ada = sandbox.identities[1]
    fields: dict[str, Any] = {"username": ada.username, "secret": ada.secret}
    before = path.read_bytes()
    with pytest.raises(OwnerMismatchError, match=CI):
        accounts.update("team", **fields)
    assert path.read_bytes() == before
    accounts.update("team", **fields, take_over=True)
    assert accounts.show("team").user_email == ADA


def test_a_default_project_that_is_closed_to_a_new_owner_is_dropped_and_said(
    accounts: Accounts, sandbox: Sandbox
) -> None:
    accounts.test("team")
    grace = sandbox.identities[2]
    with pytest.warns(CredentialWarning, match=f"{WEB} is closed to its new owner"):
        shown = accounts.update(
            "team", username=grace.username, secret=grace.secret, take_over=True
        )
    assert (shown.project_id, shown.user_email) == (None, "grace@people.example")


NO_PROOF = [
    *(b'{"status": "error", "error": "Invalid credentials"}', b"{}", b'{"login": "required"}'),
    b'{"results": {"user_id": null, "projects": {"9": {}}}}',
    b'{"results": {"user_email": "ci@robots.example"}}',
]


@pytest.mark.parametrize("body", NO_PROOF, ids=bytes.decode)
class TestNoProof:
    """H68: an answer that names no user proves nothing."""

    def test_h68_to_a_test(self, accounts: Accounts, sandbox: Sandbox, body: bytes) -> None:
        sandbox.inject(Fault("malformed", body=body))
        result = accounts.test("team")
        assert (result.ok, result.error_code) == (False, "NO_PROOF")
        assert accounts.show("team").status == "untested"

    def test_h68_to_an_update(
        self, accounts: Accounts, path: Path, sandbox: Sandbox, body: bytes
    ) -> None:
        before = path.read_bytes()
        sandbox.inject(Fault("malformed", body=body))
        with pytest.raises(AuthenticationError, match="names no user"):
            accounts.update("team", secret="fake-secret-new")
        assert path.read_bytes() == before

    def test_h68_to_a_login(
        self, context: Context, home: Path, sandbox: Sandbox, desk: Desk, body: bytes
    ) -> None:
        configure(home, accounts={"me": {"type": "pass", "region": "us"}})
        before = tree(home)
        sandbox.inject(Fault("malformed", body=body))
        with pytest.raises(AuthenticationError, match="names no user"):
            Accounts(context).login("me", open_browser=False)
        assert tree(home) == before
        assert len(desk.revoked) == 1

    def test_h68_to_a_setup(
        self, context: Context, home: Path, sandbox: Sandbox, body: bytes
    ) -> None:
        sandbox.inject(Fault("malformed", body=body))
        ci = sandbox.identities[0]
        options = SetupOptions(
            type="badge", project=WEB, fields={"username": ci.username, "secret": ci.secret}
        )
        with pytest.raises(AuthenticationError):
            set_up(context, options, process_terminal({}))
        assert tree(home) == {}


def test_a_type_that_was_changed_by_hand_is_a_change_of_the_credential(
    accounts: Accounts, path: Path, home: Path, env: dict[str, str], sandbox: Sandbox
) -> None:
    assert accounts.test("team").ok
    _, ada, grace = sandbox.identities
    ticket = {"type": "ticket", "region": "us", "default_project": WEB, "token_env": "NIGHT"}
    configure(home, accounts={"team": ticket})
    env["NIGHT"] = ada.token
    with pytest.warns(CredentialWarning, match=f"now acts as {ADA}; before it was {CI}"):
        assert accounts.test("team").ok
    assert accounts.show("team").user_email == ADA
    env["NIGHT"] = grace.token
    assert accounts.test("team").error_code == "OWNER_MISMATCH"


@pytest.fixture
def home_of_before(accounts: Accounts, sandbox: Sandbox, record: Path) -> None:
    """What a release left that kept no records, and hashed the account's name with the rest."""
    assert accounts.test("team").ok
    record.unlink()
    cache = record.with_name("me.json")
    ci, found = sandbox.identities[0], json.loads(cache.read_text())
    header = f"Basic {b64encode(f'{ci.username}:{ci.secret}'.encode()).decode()}"
    material = json.dumps(["team", "badge", "us", f"{sandbox.url}/api/app", header])
    digest = hmac.digest(found["salt"].encode(), material.encode(), "sha256")
    kept = {key: found[key] for key in ("salt", "fetched_at", "me")}
    cache.write_text(json.dumps({**kept, "fingerprint": digest.hex()}))


@pytest.mark.usefixtures("home_of_before")
def test_h61_the_owner_of_an_account_of_an_earlier_release_is_known(
    accounts: Accounts, sandbox: Sandbox
) -> None:
    grace = sandbox.identities[2]
    assert accounts.show("team").user_email == CI
    with pytest.raises(OwnerMismatchError):
        accounts.update("team", username=grace.username, secret=grace.secret)


@pytest.mark.usefixtures("home_of_before")
def test_h61_and_stays_so_under_another_name(accounts: Accounts, sandbox: Sandbox) -> None:
    grace = sandbox.identities[2]
    assert accounts.rename("team", "crew").user_email == CI
    with pytest.raises(OwnerMismatchError):
        accounts.update("crew", username=grace.username, secret=grace.secret)


@pytest.mark.parametrize("file", ["me.json", "owner.json"])
def test_h75_who_holds_a_caches_lock_keeps_nobody_waiting_for_long(
    accounts: Accounts, record: Path, file: str
) -> None:
    with ThreadPoolExecutor() as pool, locked(record.with_name(file)):
        assert pool.submit(accounts.test, "team").result(timeout=30).ok
