"""`MP_REQUIRE_EXTENSIONS`: extensions that are on everywhere, and without which nothing is sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mp_core._accounts.children import environment
from mp_core._runtime.context import Context
from tests.support.home_files import write_config
from tests.support.provider_texts import provider_text
from tests.support.site_directory import Site

SEEN = """
import os
from mp_core.plugin import hookimpl

@hookimpl(wrapper=True)
def mp_auth_header(account):
    header = yield
    with open(os.environ["SEEN"], "a") as seen:
        seen.write(f"{account.name}\\n")
    return header
"""
BROKEN = "raise OSError('no audit today')"
CONFIG = """
[active]
account = "desk"
[accounts.desk]
type = "desk"
region = "eu"
default_project = "1"
"""
FROM_ENV = """
from mp_core.plugin import env_account

@hookimpl
def mp_account_from_env(env):
    return env_account(env, FakeAccount, {"room": "DESK_ROOM"}, rank=1)
"""


class Company:
    """A home with one account, and the extensions that may be required."""

    def __init__(self, site: Site, home: Path) -> None:
        self.site, self.home, self.log = site, home, home / "seen"

    def run(self, code: str, **env: str) -> Any:
        """Run code in a process of its own, and return the JSON that it prints."""
        done = self.site.run(code, SEEN=str(self.log), **env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def mp(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command line."""
        path = {"PYTHONPATH": str(self.site.root), "SEEN": str(self.log)}
        return subprocess.run(
            [sys.executable, "-m", "mp_core.cli", *words],
            env={**os.environ, **path, **env},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    @property
    def seen(self) -> list[str]:
        return self.log.read_text().split() if self.log.exists() else []


@pytest.fixture
def company(tmp_path: Path, home: Path) -> Company:
    site = Site(tmp_path)
    desk = provider_text("desk", ["room: str = '1'"]) + FROM_ENV
    site.install("acme-desks", providers={"desk": desk})
    site.install("acme-it", extensions={"audit": SEEN, "broken": BROKEN})
    write_config(home, CONFIG)
    return Company(site, home)


HEADER = "import json, mp_core as mp; print(json.dumps(mp.Workspace().session.auth_header()))"
REQUIRED = {"MP_REQUIRE_EXTENSIONS": "audit"}


def test_one_that_is_required_is_on_without_being_named_in_the_settings(company: Company) -> None:
    assert company.run(HEADER, **REQUIRED) == "Card 1"
    assert company.seen == ["desk"]


def test_it_is_on_for_an_account_of_the_environment_and_for_one_of_code(company: Company) -> None:
    env = {"DESK_ROOM": "7", "MP_PROJECT_ID": "1", "MP_REGION": "eu"}
    company.run(HEADER, **REQUIRED, **env)
    code = "import json, acme_desks_providers_desk as desk\n"
    code += "account = desk.FakeAccount(name='made', region='eu')\n"
    company.run(code + "print(json.dumps(account.auth_header()))", **REQUIRED)
    assert company.seen == ["env", "made"]


PICKLED = """
import json, os, pathlib, pickle, mp_core as mp
path = pathlib.Path(os.environ["HOME"], "session")
if path.exists():
    print(json.dumps(pickle.loads(path.read_bytes()).auth_header()))
else:
    path.write_bytes(pickle.dumps(mp.Workspace().session))
    print(json.dumps(""))
"""


def test_h63_it_is_on_for_a_session_that_comes_from_where_nobody_required_it(
    company: Company,
) -> None:
    company.run(PICKLED)
    assert company.run(PICKLED, **REQUIRED) == "Card 1"
    assert company.seen == ["desk"]


def test_h63_it_is_on_wherever_a_session_goes_that_was_made_under_it(company: Company) -> None:
    company.run(PICKLED, **REQUIRED)
    assert company.run(PICKLED) == "Card 1"
    assert company.seen == ["desk"]


def test_it_is_on_as_soon_as_it_is_required_in_a_process_that_runs(company: Company) -> None:
    code = """
import json, os, mp_core as mp
ws = mp.Workspace()
auth = mp.SessionAuth(ws.session)
auth.header()
os.environ["MP_REQUIRE_EXTENSIONS"] = "audit"
print(json.dumps(auth.header()))
"""
    company.run(code)
    assert company.seen == ["desk"]


DOORS = """
import json, os, pickle, pathlib, mp_core as mp
from mp_core.auth_types import OnDiskTokenResolver
import acme_desks_providers_desk as desk
account = desk.FakeAccount(name="made", region="eu", default_project="1")
session = mp.Session(account=account, project="1")
resolver = OnDiskTokenResolver()
asked = {
    "workspace": lambda: mp.Workspace(),
    "account of code": lambda: account.auth_header(),
    "session of code": lambda: session.auth_header(token_resolver=resolver),
    "auth": lambda: mp.SessionAuth(session).header(),
    "me": lambda: mp.Workspace(session=session).me(),
    "test": lambda: mp.accounts.test("desk"),
    "add": lambda: mp.accounts.add("new", type="desk", region="eu"),
    "login": lambda: mp.accounts.login("desk"),
    "token": lambda: mp.accounts.token("desk"),
    "pickle": lambda: pickle.loads(pickle.dumps(session)).auth_header(),
}
def told(ask):
    try:
        found = ask()
        return f"sent: {getattr(found, 'error', found)}"
    except mp.MpError as error:
        return f"{type(error).__name__}: {error} {error.hint}"
print(json.dumps({name: told(ask) for name, ask in asked.items()}))
"""
LACKING = {
    "missing": {"MP_REQUIRE_EXTENSIONS": "audit,vanished"},
    "not allowed": {"MP_REQUIRE_EXTENSIONS": "audit", "MP_PLUGINS": "desk"},
    "broken": {"MP_REQUIRE_EXTENSIONS": "broken"},
}


@pytest.mark.parametrize("env", LACKING.values(), ids=LACKING)
def test_h96_without_one_that_is_required_every_door_is_closed(
    company: Company, env: dict[str, str]
) -> None:
    for door, answer in company.run(DOORS, **env).items():
        assert "Nothing is sent without it: MP_REQUIRE_EXTENSIONS names it." in answer, door
        assert "correct MP_REQUIRE_EXTENSIONS" in answer, door
        assert "[settings]" not in answer, door
    assert company.seen == []


@pytest.mark.parametrize("words", [["account", "token", "desk"], ["session"]], ids=" ".join)
@pytest.mark.parametrize("env", LACKING.values(), ids=LACKING)
def test_h96_a_command_that_needs_a_credential_ends_with_1_and_says_what_to_do(
    company: Company, env: dict[str, str], words: list[str]
) -> None:
    done = company.mp(*words, **env)
    assert done.returncode == 1, done.stdout
    assert "MP_REQUIRE_EXTENSIONS" in done.stderr


@pytest.mark.parametrize("env", LACKING.values(), ids=LACKING)
def test_h96_a_test_of_an_account_sends_nothing_and_says_what_to_do(
    company: Company, env: dict[str, str]
) -> None:
    done = company.mp("account", "test", "desk", **env)
    assert done.returncode == 2, done.stdout
    assert "Nothing is sent without it: MP_REQUIRE_EXTENSIONS names it." in done.stderr


def test_h96_where_no_plugin_may_load_nothing_is_sent_either(company: Company) -> None:
    done = company.mp("--no-plugins", "account", "token", "desk", **REQUIRED)
    assert done.returncode == 1
    assert "--no-plugins" in done.stderr
    assert company.seen == []


READING = [
    ["--version"],
    ["help"],
    ["help", "environment"],
    ["help", "account", "add"],
    ["plugins", "list"],
]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_commands_that_need_no_plugin_work_without_it(company: Company, words: list[str]) -> None:
    done = company.mp(*words, MP_REQUIRE_EXTENSIONS="vanished")
    assert done.returncode == 0, done.stderr
    if words in (["plugins", "list"], ["help", "environment"]):
        told = " ".join((done.stdout + done.stderr).split())
        assert "Nothing is sent without it: MP_REQUIRE_EXTENSIONS names it." in told


def test_doctor_says_what_is_missing(company: Company) -> None:
    done = company.mp("doctor", MP_REQUIRE_EXTENSIONS="vanished")
    assert "Nothing is sent without it" in " ".join(done.stdout.split())


def test_it_is_required_of_a_program_that_is_started_for_somebody() -> None:
    assert environment(Context(env={**REQUIRED, "MP_OTHER": "x"})) == REQUIRED
