"""A company's one distribution: built, installed, and through a day of its people."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from mp_core.testing.fixtures import isolate
from tests.support.clean_environments import ROOT, CleanEnvironment, build_all, dependencies
from tests.support.northwind import LOGINS, Northwind, line
from tests.support.northwind_sso import european_sandbox, northwind_sso

PROJECT = Path(__file__).parent / "mp_northwind"
ROBOTS = ROOT / "plugins" / "service_account"
EXTENSIONS = ("northwind_store", "northwind_policy", "northwind_audit")
EVENTS = ("inspect", "events", "--limit", "1")
EU_ROBOT = ("--type", "service_account", "--region", "eu", "--default-project", "10")
US_ROBOT = ("--type", "service_account", "--region", "us", "--default-project", "10")
RECORD = """\
credential_used ada /api/app/me 200
account_changed ada added
account_changed ada activated
logged_in ada
credential_used ada /api/query/events/names 200
refreshed ada
credential_used ada /api/query/events/names 200
vetoed us northwind_policy add
vetoed env northwind_policy env
account_changed ci added
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
def day(machine: Northwind) -> Northwind:
    """The machine, after a day."""
    robot = machine.robot()
    machine.log_in()
    machine.does(*EVENTS)
    machine.expire()
    machine.does(*EVENTS)
    machine.files["before the export"] = machine.holding(*machine.sso.secrets)
    name = ("--username", robot["MP_USERNAME"])
    secret = {"MP_SECRET": robot["MP_SECRET"]}
    machine.mp("account", "add", "us", *US_ROBOT, *name, **secret)
    machine.mp(*EVENTS, **machine.robot("us"))
    machine.does("account", "add", "ci", *EU_ROBOT, *name, **secret)
    machine.does("-a", "ci", *EVENTS)
    machine.does("-a", "ada", "account", "export-bridge", "--to", str(machine.home / "bridge"))
    machine.does("logout", "ada")
    machine.files["after the logout"] = machine.holding(*machine.sso.secrets)
    return machine


def test_its_own_tests_pass_outside_of_the_core(company: CleanEnvironment) -> None:
    done = company.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(PROJECT))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_audit_log_of_a_day_is_complete_and_in_order(day: Northwind) -> None:
    record = day.record()
    assert [line(event) for event in record] == RECORD.splitlines()
    times = [datetime.fromisoformat(event["at"]) for event in record]
    assert times == sorted(times)


def test_the_audit_log_names_who_it_was_once_that_is_proven(day: Northwind) -> None:
    owners = [event["owner"] for event in day.record() if event["account"] == "ada"]
    assert owners == [None] * 3 + ["ada@people.example"] * (len(owners) - 3)


def test_logins_are_in_the_store_and_nowhere_else(day: Northwind) -> None:
    assert day.files["before the export"] == [LOGINS]
    assert not list(day.home.rglob("tokens.json"))


def test_a_logout_leaves_no_login_but_what_was_carried_away(day: Northwind) -> None:
    assert day.files["after the logout"] == ["bridge"]
    assert day.sso.refresh is None
    done = day.mp("-a", "ada", *EVENTS)
    assert (done.returncode, done.stdout) == (2, "")


def test_nothing_that_is_recorded_or_printed_holds_a_secret(day: Northwind) -> None:
    secrets = [*day.sso.secrets, *(each.secret for each in day.sandbox.identities)]
    assert len(secrets) > len(day.sandbox.identities)
    seen = day.said + "\n".join(map(str, day.record()))
    assert not [secret for secret in secrets if secret in seen]


def test_the_single_sign_on_is_asked_no_more_than_it_takes(day: Northwind) -> None:
    polls = ["/token device_code"] * 2
    assert day.sso.asked[:5] == ["/device", *polls, "/token refresh_token", "/revoke"]


def test_an_account_that_is_refused_sends_nothing(day: Northwind) -> None:
    before = len(day.sandbox.requests)
    done = day.mp(*EVENTS, **day.robot("us"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "Account 'env' is in us, and Northwind allows eu." in done.stderr
    assert len(day.sandbox.requests) == before


def test_processes_that_find_a_stale_token_at_once_renew_it_once(day: Northwind) -> None:
    day.does("account", "login", "ada")
    day.expire()
    before = day.sso.asked.count("/token refresh_token")
    with ThreadPoolExecutor(PARALLEL) as pool:
        done = list(pool.map(lambda _: day.mp("-a", "ada", *EVENTS), range(PARALLEL)))
    assert [each.returncode for each in done] == [0] * PARALLEL
    assert day.sso.asked.count("/token refresh_token") == before + 1


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
