"""The whole life of an account of somebody else's type, through the command line alone.

The provider and the core are wheels in an environment that holds nothing else; a person approves
the code in a real browser, at a certified server.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.chromium import Chromium, sign_in
from tests.support.clean_environments import CleanEnvironment, build, clean, core_wheel
from tests.support.issuer import Issuer
from tests.support.machine import Machine

__all__ = ["clean", "core_wheel"]

PROJECT = Path(__file__).parents[1] / "third_party" / "mp_acme_sso"
PROCESSES = 8


class CommandLine:
    """The program `mp` of an environment, on a machine."""

    def __init__(self, machine: Machine, environment: CleanEnvironment) -> None:
        self._machine = machine
        self._mp = str(environment.bin / "mp")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return self._machine.start(self._mp, *arguments, stdin=subprocess.DEVNULL)

    def wait_for_browser(self) -> None:
        self._machine.wait_for_browser()

    def run(self, *arguments: str) -> Any:
        """Return what a command prints, as JSON."""
        return answer(self.start(*arguments, "-f", "json"))


def answer(process: subprocess.Popen[str]) -> Any:
    said, noted = process.communicate(timeout=60)
    assert process.returncode == 0, noted
    return json.loads(said) if said else None


@pytest.fixture(scope="module")
def environment(
    clean: CleanEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> CleanEnvironment:
    clean.install(build(PROJECT, tmp_path_factory.mktemp("wheels")))
    return clean


@pytest.fixture
def mp(machine: Machine, environment: CleanEnvironment) -> CommandLine:
    return CommandLine(machine, environment)


@pytest.fixture
def far(tmp_path: Path, issuer: Issuer, environment: CleanEnvironment) -> Iterator[CommandLine]:
    """The same program on another machine, where a bridge is all there is."""
    variables = {"MP_API_BASE_URL": issuer.url, "MP_AUTH_FILE": str(tmp_path / "bridge.json")}
    with Machine(tmp_path / "elsewhere", variables) as machine:
        yield CommandLine(machine, environment)


def approve_code(chromium: Chromium, person: str) -> None:
    """Confirm the code that the browser shows, sign in, and approve."""
    chromium.click("[type=submit][autofocus]")
    sign_in(chromium, person)
    chromium.click("form [type=submit]")


def test_an_account_is_added_logged_in_used_refreshed_carried_and_removed(
    mp: CommandLine, far: CommandLine, issuer: Issuer, chromium: Chromium, tmp_path: Path
) -> None:
    where = ["--issuer", issuer.url, "--client-id", "acme-device"]
    mp.run("account", "add", "corp", "--type", "acme_sso", "--region", "us", *where)
    login = mp.start("account", "login", "corp")
    mp.wait_for_browser()
    approve_code(chromium, "ada")
    said, noted = login.communicate(timeout=60)
    assert (login.returncode, "and enter the code " in noted) == (0, True), said + noted

    session = mp.run("session")
    assert "corp" in json.dumps(session)
    assert "3018488" in json.dumps(session)
    assert mp.run("inspect", "events") == ["Sign Up"]

    issuer.expire()
    calls = [mp.start("inspect", "events", "-f", "json") for _ in range(PROCESSES)]
    assert [answer(call) for call in calls] == [["Sign Up"]] * PROCESSES
    assert issuer.refreshes() == {"ok": 1}

    mp.run("account", "export-bridge", "--to", str(tmp_path / "bridge.json"))
    assert far.run("inspect", "events") == ["Sign Up"]

    mp.run("account", "logout", "corp")
    assert issuer.seen()["revoked"] == 1
    mp.run("account", "remove", "corp")
    assert mp.run("account", "list") == []
