"""`examine` finds what is wrong, says how to put it right, and deletes nothing."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from mp_core._doctor.examination import examine
from mp_core._doctor.finding import Finding
from mp_core._login.options import SetupOptions
from mp_core._login.setup import set_up
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.sandbox import Sandbox
from tests.login.test_setup import terminal
from tests.support.child_processes import SOMEONE, needs_root
from tests.support.home_files import tree
from tests.support.sandbox_accounts import FOX, WEB, as_identity, config, context, desk, env

__all__ = ["config", "context", "desk", "env"]


def wrong(findings: Sequence[Finding], check: str) -> dict[str, Finding]:
    """What is not in order, by its subject."""
    return {f.subject: f for f in findings if f.check == check and f.level != "ok"}


@pytest.fixture
def login(context: Context) -> Path:
    """The directory of an account that is logged in."""
    set_up(context, SetupOptions(name="me", project=FOX), terminal())
    assert context.root is not None
    return context.root / "accounts" / "me"


def test_all_is_well_after_a_login(context: Context, login: Path) -> None:
    assert [finding for finding in examine(context) if finding.level != "ok"] == []


def test_looking_changes_nothing(context: Context, home: Path, login: Path) -> None:
    (login / "tokens.json").write_text("{")
    before = tree(home)
    examine(context)
    assert tree(home) == before


@pytest.mark.parametrize(("mode", "level"), [(0o644, "warning"), (0o666, "error")])
def test_h55_a_file_open_to_others_is_found_and_tightened(
    context: Context, login: Path, mode: int, level: str
) -> None:
    tokens = login / "tokens.json"
    tokens.chmod(mode)
    found = wrong(examine(context), "files")[str(tokens)]
    assert (found.level, found.fix) == (level, f"chmod 600 {tokens}")
    assert wrong(examine(context, fix=True), "files")[str(tokens)].is_fixed
    assert tokens.stat().st_mode & 0o777 == 0o600
    assert wrong(examine(context), "files") == {}


def test_a_directory_open_to_others_is_tightened(context: Context, login: Path) -> None:
    login.chmod(0o755)
    examine(context, fix=True)
    assert login.stat().st_mode & 0o777 == 0o700


@needs_root
def test_h55_a_file_of_another_user_is_an_error_with_the_way_out(
    context: Context, login: Path
) -> None:
    os.chown(login / "tokens.json", SOMEONE, SOMEONE)
    found = wrong(examine(context, fix=True), "files")[str(login / "tokens.json")]
    assert (found.level, found.is_fixed) == ("error", False)
    assert "chown" in (found.fix or "")


@pytest.mark.parametrize("mode", [0o600, 0o666])
def test_a_corrupt_file_goes_to_the_quarantine_and_is_not_deleted(
    context: Context, login: Path, mode: int
) -> None:
    tokens = login / "tokens.json"
    tokens.write_text("{ half")
    tokens.chmod(mode)
    found = wrong(examine(context), "files")[str(tokens)]
    assert ("--fix" if mode == 0o600 else "chmod 600") in (found.fix or "")
    examine(context, fix=True)
    assert not tokens.exists()
    assert context.root is not None
    [kept] = (context.root / "quarantine").iterdir()
    assert kept.read_text() == "{ half"
    assert kept.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("nowhere")],
    ids=("fifo", "dir", "link"),
)
def test_what_is_no_file_stops_no_examination_and_goes_to_the_quarantine(
    context: Context, login: Path, make: Callable[[Path], None]
) -> None:
    odd = login / "me.json"
    odd.unlink()
    make(odd)
    assert wrong(examine(context), "files")[str(odd)].message == "It is not a file."
    assert wrong(examine(context, fix=True), "files")[str(odd)].is_fixed
    assert not os.path.lexists(odd)


def test_a_file_that_is_too_large_to_be_read_is_corrupt(context: Context, login: Path) -> None:
    huge = login / "me.json"
    os.truncate(huge, 1 << 40)
    assert wrong(examine(context), "files")[str(huge)].message == "It is corrupt."


def test_what_belongs_to_no_account_goes_to_the_quarantine(context: Context, login: Path) -> None:
    lost = login.with_name("gone")
    login.rename(lost)
    examine(context, fix=True)
    assert not lost.exists()
    assert context.root is not None
    assert len(list((context.root / "quarantine").iterdir())) == 1


def test_what_a_removed_account_leaves_behind_is_in_order(context: Context, login: Path) -> None:
    Accounts(context).remove("me")
    assert login.is_dir()
    assert wrong(examine(context), "files") == {}


def test_a_configuration_that_cannot_be_read_quarantines_nobody(
    context: Context, login: Path
) -> None:
    assert context.root is not None
    (context.root / "config.toml").write_text("[accounts")
    findings = wrong(examine(context, fix=True), "files")
    assert str(context.root / "config.toml") in findings
    assert (login / "tokens.json").exists()


def test_accounts_that_cannot_be_used_are_told_with_the_reason(
    context: Context, config: Path
) -> None:
    found = wrong(examine(context), "accounts")
    assert set(found) == {"lost"}
    assert "NOT_SET" in found["lost"].message


def test_a_login_that_ends_soon_and_cannot_be_refreshed_is_told(
    context: Context, login: Path
) -> None:
    path = login / "tokens.json"
    record = json.loads(path.read_text())
    del record["refresh_token"]
    path.write_text(json.dumps(record))
    path.chmod(0o600)
    found = wrong(examine(context), "accounts")["me"]
    assert "ends at" in found.message
    assert found.fix == "mp account login me"


def test_a_variable_that_hides_the_default_is_told(
    context: Context, config: Path, env: dict[str, str]
) -> None:
    env["MP_PROJECT_ID"] = "9"
    found = wrong(examine(context), "environment")["MP_PROJECT_ID"]
    assert "default_project of account ci" in found.message
    assert found.fix == "unset MP_PROJECT_ID"


def test_an_identity_that_the_environment_holds_whole_is_in_order(
    context: Context, env: dict[str, str], sandbox: Sandbox
) -> None:
    as_identity(env, sandbox.identities[0], WEB)
    assert wrong(examine(context), "environment") == {}


def test_h11_an_incomplete_identity_in_the_environment_is_told(
    context: Context, config: Path, env: dict[str, str]
) -> None:
    env["MP_USERNAME"] = "somebody"
    messages = [found.message for found in wrong(examine(context), "environment").values()]
    assert any("missing MP_SECRET" in message for message in messages)


def test_each_region_in_use_is_asked_once_and_without_a_credential(
    context: Context, config: Path, sandbox: Sandbox
) -> None:
    assert wrong(examine(context), "network") == {}
    [request] = sandbox.requests
    assert request.authorization is None


@pytest.fixture
def dated(config: Path, context: Context) -> Context:
    """Surroundings whose server is an hour behind."""
    date = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    transport = httpx.MockTransport(lambda request: httpx.Response(401, headers={"date": date}))
    return Context(env=context.env, plugins=context.plugins, transport=transport)


def test_a_clock_that_is_off_is_told(dated: Context) -> None:
    found = wrong(examine(dated), "network")["us"]
    assert found.level == "error"
    told = re.search(r"differs by (\d+) s", found.message)
    assert told is not None
    assert 3600 <= int(told[1]) <= 3660, "an hour, and how long this took"


def test_a_region_that_cannot_be_reached_is_told(config: Path, context: Context) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    found = examine(
        Context(env=context.env, plugins=context.plugins, transport=httpx.MockTransport(fail))
    )
    assert "could not be reached (ConnectError)" in wrong(found, "network")["us"].message
