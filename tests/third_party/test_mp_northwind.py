"""A company's one distribution: built, installed, and through a day of its people."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from mp_core.testing.fixtures import isolate
from tests.support.clean_environments import ROOT, CleanEnvironment, build_all, dependencies
from tests.support.northwind import LOGINS, Day, Northwind, line
from tests.support.northwind_sso import european_sandbox, northwind_sso

PROJECT = Path(__file__).parent / "mp_northwind"
ROBOTS = ROOT / "plugins" / "service_account"
EXTENSIONS = ("northwind_store", "northwind_policy", "northwind_audit")
EVENTS = ("inspect", "events", "--limit", "1")
RECORD = """\
credential_used ada /api/app/me 200
account_changed ada added
account_changed ada activated
logged_in ada
credential_used ada /api/query/events/names 200
refreshed ada
credential_used ada /api/query/events/names 200
vetoed us northwind_policy add
account_changed ci added
vetoed env northwind_policy env
credential_used ci /api/query/events/names 200
exported ada
logged_out ada"""
PARALLEL = 6


@pytest.fixture(scope="module")
def company(clean: CleanEnvironment, tmp_path_factory: pytest.TempPathFactory) -> CleanEnvironment:
    """An environment with the core, service accounts, and the company's distribution."""
    clean.install(*build_all([PROJECT, ROBOTS], tmp_path_factory.mktemp("wheels")))
    return clean


@pytest.fixture(scope="module")
def machine(
    company: CleanEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Northwind]:
    """A machine where the extensions are on, and nobody has done anything yet."""
    home = tmp_path_factory.mktemp("northwind")
    with pytest.MonkeyPatch.context() as patch, european_sandbox() as sandbox:
        isolate(home, patch)
        with northwind_sso(sandbox) as sso:
            made = Northwind(company, home, sandbox, sso)
            for extension in EXTENSIONS:
                made.does("plugins", "enable", extension)
            yield made


@pytest.fixture(scope="module")
def day(machine: Northwind) -> Day:
    """What a day of ada and of two robots, one of which is refused, leaves on the machine."""
    _work(machine)
    stored = machine.holding(*machine.sso.secrets)
    _meet_the_policy(machine)
    machine.does("-a", "ada", "account", "export-bridge", "--to", str(machine.home / "bridge"))
    machine.does("logout", "ada")
    left, asked = machine.holding(*machine.sso.secrets), list(machine.sso.asked)
    logins = machine.sso.refresh is not None
    return Day(machine.record(), asked, stored, left, logins, machine.said)


def _work(machine: Northwind) -> None:
    machine.log_in()
    machine.does(*EVENTS)
    machine.expire()
    machine.does(*EVENTS)


def _meet_the_policy(machine: Northwind) -> None:
    robot = machine.robot()
    secret = {"MP_SECRET": robot["MP_SECRET"]}
    for name, region, code in (("us", "us", 1), ("ci", "eu", 0)):
        where = ("--region", region, "--default-project", "10")
        words = ("--type", "service_account", "--username", robot["MP_USERNAME"], *where)
        assert machine.mp("account", "add", name, *words, **secret).returncode == code
    assert machine.mp(*EVENTS, **machine.robot("us")).returncode == 1
    machine.does("-a", "ci", *EVENTS)


def test_its_own_tests_pass_outside_of_the_core(company: CleanEnvironment) -> None:
    done = company.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(PROJECT))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_audit_log_of_a_day_is_complete_and_in_order(day: Day) -> None:
    assert [line(event) for event in day.record] == RECORD.splitlines()
    times = [datetime.fromisoformat(event["at"]) for event in day.record]
    assert times == sorted(times)


def test_the_audit_log_names_who_it_was_once_that_is_proven(day: Day) -> None:
    owners = [event["owner"] for event in day.record if event["account"] == "ada"]
    assert owners == [None] * 3 + ["ada@people.example"] * (len(owners) - 3)


def test_logins_are_in_the_store_and_nowhere_else(day: Day, machine: Northwind) -> None:
    assert day.stored == [LOGINS]
    assert not list(machine.home.rglob("tokens.json"))


def test_a_logout_leaves_no_login_but_what_was_carried_away(day: Day) -> None:
    assert day.left == ["bridge"]
    assert not day.logins


def test_nothing_that_is_recorded_or_printed_holds_a_secret(day: Day, machine: Northwind) -> None:
    secrets = [*machine.sso.secrets, *(each.secret for each in machine.sandbox.identities)]
    assert len(secrets) > len(machine.sandbox.identities)
    seen = day.said + "\n".join(map(str, day.record))
    assert not [secret for secret in secrets if secret in seen]


def test_the_single_sign_on_is_asked_no_more_than_it_takes(day: Day) -> None:
    polls = ["/token device_code"] * 2
    assert day.asked == ["/device", *polls, "/token refresh_token", "/revoke"]


def test_an_account_that_is_refused_sends_nothing(machine: Northwind) -> None:
    before = len(machine.sandbox.requests)
    done = machine.mp(*EVENTS, **machine.robot("us"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "Account 'env' is in us, and Northwind allows eu." in done.stderr
    assert len(machine.sandbox.requests) == before


@pytest.mark.usefixtures("day")
def test_processes_that_find_a_stale_token_at_once_renew_it_once(machine: Northwind) -> None:
    assert machine.mp("-a", "ada", *EVENTS).returncode == 2, "ada has logged out"
    machine.does("account", "login", "ada")
    machine.expire()
    before = machine.sso.asked.count("/token refresh_token")
    with ThreadPoolExecutor(PARALLEL) as pool:
        done = list(pool.map(lambda _: machine.mp("-a", "ada", *EVENTS), range(PARALLEL)))
    assert [each.returncode for each in done] == [0] * PARALLEL
    assert machine.sso.asked.count("/token refresh_token") == before + 1


def test_nothing_is_sent_where_the_required_policy_is_not_installed(
    machine: Northwind, core_wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bare = CleanEnvironment(tmp_path_factory.mktemp("bare") / "venv")
    bare.link(*dependencies("mp-core"))
    bare.install(core_wheel, *build_all([ROBOTS], tmp_path_factory.mktemp("wheels")))
    elsewhere = Northwind(bare, tmp_path_factory.mktemp("home"), machine.sandbox, machine.sso)
    assert elsewhere.does(*EVENTS, **machine.robot())
    before = len(machine.sandbox.requests)
    required = {"MP_REQUIRE_EXTENSIONS": "northwind_policy"}
    done = elsewhere.mp(*EVENTS, **machine.robot(), **required)
    assert (done.returncode, done.stdout) == (1, "")
    assert "northwind_policy" in done.stderr
    assert len(machine.sandbox.requests) == before
