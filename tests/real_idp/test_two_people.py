"""Two people and one name: whoever approves in the browser acts as themselves, or is refused."""

from __future__ import annotations

import json
import re
import shlex
import signal
import sys
from typing import Any

import pytest

import mp_core as mp
from tests.real_idp.conftest import LogIn
from tests.support.chromium import Chromium, approve
from tests.support.home_files import tables_in
from tests.support.issuer import Issuer
from tests.support.machine import LOGIN, MP, Login, Machine

pytestmark = [pytest.mark.providers, pytest.mark.sweep]

ADA, GRACE = "ada@example.com", "grace@example.com"
QUESTION = f"Enter leaves it to {ADA}: "


def python(expression: str) -> tuple[str, ...]:
    """Return what evaluates an expression of the library in a process of its own."""
    return (sys.executable, "-c", f"import mp_core as mp; {expression}")


BY_NAME = {
    "mp account login": (*LOGIN, "me"),
    "mp login": (MP, "login", "me"),
    "mp login --as": (MP, "login", "--as", "me"),
    "mp --account login": (MP, "--account", "me", "login"),
    "accounts.login": python("mp.accounts.login('me')"),
    "login": python("mp.login('me')"),
}
"""Every way to log in an account that is named."""
TAKING_OVER = {
    "mp account login": (*LOGIN, "me", "--take-over"),
    "mp login": (MP, "login", "me", "--take-over"),
    "accounts.login": python("mp.accounts.login('me', take_over=True)"),
    "login": python("mp.login('me', take_over=True)"),
}


def ways(known: dict[str, tuple[str, ...]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("way", known.values(), ids=known.keys())


@pytest.fixture(autouse=True)
def _hers(log_in: LogIn) -> None:
    """`me` is ada's, with a target; another account is the active one."""
    log_in("me", "ada")
    mp.accounts.add(
        "robot", type="oauth_token", region="us", default_project="3018488", token_env="NOT_SET"
    )
    mp.targets.add("shop", account="me", project="3018488")
    mp.accounts.use("robot")


def begun(machine: Machine, chromium: Chromium, *way: str, on_terminal: bool = False) -> Login:
    """Start a login, and wait until a browser in which nobody is signed in shows it."""
    chromium.begin_anew()
    login = Login(machine, start=way, on_terminal=on_terminal)
    login.wait_for_browser()
    return login


def config_of(machine: Machine) -> dict[str, Any]:
    return tables_in(machine.home / ".mp/config.toml")


def owner_of(machine: Machine, account: str) -> str:
    """The e-mail in the record of an account's owner."""
    record = json.loads(machine.files()[f"accounts/{account}/owner.json"])
    return str(record["user"]["email"])


def acts_as(account: str) -> str | None:
    """Whom the server takes an account for."""
    user = mp.accounts.test(account).user
    return user.email if user else None


def run(machine: Machine, *command: str) -> tuple[int, str]:
    """Run a command that needs no browser; return its exit code and what it said."""
    process = machine.start(*command)
    said = process.communicate(timeout=60)[1]
    return process.returncode, said


class TestRefused:
    """H61: by a name that is somebody else's."""

    @ways(BY_NAME)
    def test_h61_a_login_as_somebody_else_changes_no_byte_and_is_given_back(
        self, machine: Machine, chromium: Chromium, issuer: Issuer, way: tuple[str, ...]
    ) -> None:
        before = machine.files()
        login = begun(machine, chromium, *way)
        approve(chromium, "grace")
        assert login.end() == (1 if way[0] == sys.executable else 2)
        assert f"belongs to {ADA}, and this credential to {GRACE}" in login.said
        assert machine.files() == before
        assert issuer.seen()["revoked"] == 1
        assert acts_as("me") == ADA

    @ways({key: BY_NAME[key] for key in ("mp account login", "mp login")})
    def test_h61_so_it_is_after_a_logout(
        self, machine: Machine, chromium: Chromium, issuer: Issuer, way: tuple[str, ...]
    ) -> None:
        mp.accounts.logout("me")
        before = machine.files()
        login = begun(machine, chromium, *way)
        approve(chromium, "grace")
        assert login.end() == 2
        assert (machine.files(), issuer.seen()["revoked"]) == (before, 2)

    @pytest.mark.parametrize("answer", ["\n", "yes\n", "grace\n", "\x04"])
    def test_h61_so_it_is_unless_the_name_is_typed(
        self, machine: Machine, chromium: Chromium, issuer: Issuer, answer: str
    ) -> None:
        before = machine.files()
        login = begun(machine, chromium, *LOGIN, "me", on_terminal=True)
        approve(chromium, "grace")
        login.wait_for_question(QUESTION)
        login.type(answer)
        assert login.end() == 2
        assert "Its targets would be theirs, too: shop" in login.said
        assert (machine.files(), issuer.seen()["revoked"]) == (before, 1)

    def test_h61_ctrl_c_at_the_question_gives_the_login_back(
        self, machine: Machine, chromium: Chromium, issuer: Issuer
    ) -> None:
        before = machine.files()
        login = begun(machine, chromium, *LOGIN, "me", on_terminal=True)
        approve(chromium, "grace")
        login.wait_for_question(QUESTION)
        login.process.send_signal(signal.SIGINT)
        assert login.end() == 130
        assert (machine.files(), issuer.seen()["revoked"]) == (before, 1)


class TestTakenOver:
    """On purpose: said, with what comes along; nothing of ada is shown afterwards."""

    @ways(TAKING_OVER)
    def test_h35_it_is_said_with_its_targets_and_its_project_stays(
        self, machine: Machine, chromium: Chromium, way: tuple[str, ...]
    ) -> None:
        before = config_of(machine)
        login = begun(machine, chromium, *way)
        approve(chromium, "grace")
        assert login.end() == 0, login.said
        assert f"now acts as {GRACE}; before it was {ADA}. Its targets stay: shop" in login.said
        self.check_grace_has_it(machine, before)

    @ways({key: BY_NAME[key] for key in ("mp account login", "mp login")})
    def test_typing_the_name_at_the_terminal_is_as_good(
        self, machine: Machine, chromium: Chromium, way: tuple[str, ...]
    ) -> None:
        before = config_of(machine)
        login = begun(machine, chromium, *way, on_terminal=True)
        approve(chromium, "grace")
        login.wait_for_question(QUESTION)
        login.type("me\n")
        assert login.end() == 0, login.said
        self.check_grace_has_it(machine, before)

    @staticmethod
    def check_grace_has_it(machine: Machine, before: dict[str, Any]) -> None:
        after = config_of(machine)
        assert (after["accounts"], after["targets"]) == (before["accounts"], before["targets"])
        assert owner_of(machine, "me") == GRACE
        assert mp.accounts.show("me").user_email == GRACE
        with mp.Workspace(account="me") as workspace:
            assert workspace.me().user_email == GRACE
            assert workspace.events() == ["Sign Up"]

    def test_whoever_had_it_is_then_refused(self, machine: Machine, chromium: Chromium) -> None:
        login = begun(machine, chromium, *TAKING_OVER["mp login"])
        approve(chromium, "grace")
        assert login.end() == 0
        again = begun(machine, chromium, *BY_NAME["mp login"])
        approve(chromium, "ada")
        assert again.end() == 2
        assert acts_as("me") == GRACE


class TestWithoutAName:
    """By type, region and owner."""

    @pytest.mark.parametrize("is_logged_out", [False, True])
    @ways({"mp login": (MP, "login"), "login": python("mp.login()")})
    def test_h61_her_own_account_is_refreshed(
        self, machine: Machine, chromium: Chromium, way: tuple[str, ...], is_logged_out: bool
    ) -> None:
        if is_logged_out:
            mp.accounts.logout("me")
        login = begun(machine, chromium, *way)
        approve(chromium, "ada")
        assert login.end() == 0, login.said
        after = config_of(machine)
        assert (after["accounts"].keys(), after["active"]) == ({"me", "robot"}, {"account": "me"})
        assert acts_as("me") == ADA

    @pytest.mark.parametrize("is_logged_out", [False, True])
    def test_h61_somebody_else_gets_another_account_and_hers_stays_to_the_byte(
        self, machine: Machine, chromium: Chromium, is_logged_out: bool
    ) -> None:
        if is_logged_out:
            mp.accounts.logout("me")
        before, kept = machine.files(), config_of(machine)
        login = begun(machine, chromium, MP, "login")
        approve(chromium, "grace")
        assert login.end() == 0, login.said
        after, config = machine.files(), config_of(machine)
        assert {path for path in before if after[path] != before[path]} == {"config.toml"}
        assert config["accounts"].keys() - kept["accounts"].keys() == {"lab"}
        assert config["accounts"]["me"] == kept["accounts"]["me"]
        assert (config["targets"], owner_of(machine, "lab")) == (kept["targets"], GRACE)

    def test_each_finds_their_own_again_under_the_name_of_their_organization(
        self, machine: Machine, chromium: Chromium
    ) -> None:
        mp.accounts.remove("me", force=True)
        for _ in range(2):
            for person in ("ada", "grace"):
                login = begun(machine, chromium, MP, "login")
                approve(chromium, person)
                assert login.end() == 0, login.said
        assert config_of(machine)["accounts"].keys() == {"robot", "lab", "lab-grace"}
        assert (acts_as("lab"), acts_as("lab-grace")) == (ADA, GRACE)


class TestOtherWays:
    """What is decided before a browser opens, and what comes of the hints."""

    @pytest.mark.parametrize("name", ["mp account login", "mp login"])
    def test_both_ways_of_the_hint_work_as_they_are_typed(
        self, machine: Machine, chromium: Chromium, name: str
    ) -> None:
        refused = begun(machine, chromium, *BY_NAME[name])
        approve(chromium, "grace")
        assert refused.end() == 2
        own, over = re.findall(r": (mp [^·\n]+?)(?: ·|\n)", refused.said.partition("Give ")[2])
        before = machine.files()
        for typed, account in ((own.replace("NAME", "hers"), "hers"), (over, "me")):
            login = begun(machine, chromium, MP, *shlex.split(typed)[1:])
            approve(chromium, "grace")
            assert login.end() == 0, login.said
            assert acts_as(account) == GRACE
            if account == "hers":
                assert before.items() - machine.files().items() <= {
                    ("config.toml", before["config.toml"])
                }

    @pytest.mark.usefixtures("all_ports")
    def test_of_two_people_at_once_the_first_has_it_and_the_second_is_refused(
        self, machine: Machine, chromium: Chromium, issuer: Issuer
    ) -> None:
        mp.accounts.add("new", type="oauth_browser", region="us")
        first, second = (begun(machine, chromium, *LOGIN, "new") for _ in range(2))
        for login, person in ((second, "grace"), (first, "ada")):
            chromium.begin_anew()
            chromium.open(login.address)
            approve(chromium, person)
        assert sorted((first.end(), second.end())) == [0, 2]
        winner = GRACE if second.process.returncode == 0 else ADA
        assert (acts_as("new"), owner_of(machine, "new")) == (winner, winner)
        assert issuer.seen()["revoked"] == 1

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (("login", "me", "--region", "eu"), "FIXED_REGION"),
            (("login", "me", "--type", "oauth_token"), "FIXED_TYPE"),
        ],
        ids=str,
    )
    def test_h61_neither_type_nor_region_changes(
        self, machine: Machine, issuer: Issuer, words: tuple[str, ...], code: str
    ) -> None:
        before, seen = machine.files(), issuer.seen()
        exit_code, said = run(machine, MP, "-f", "json", *words)
        assert (exit_code, json.loads(said.splitlines()[-1])["code"]) == (1, code)
        assert (machine.files(), issuer.seen()) == (before, seen)
