"""A real authorization server, a real browser, and machines that log in with them.

Without Node.js, the packages of `package.json` or Chromium these tests skip and say why; where
`REAL_IDP=required` is set, they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

import mp_core as mp
from tests.support.chromium import PROGRAMS, Chromium, Driver, approve
from tests.support.issuer import PACKAGES, Issuer
from tests.support.machine import Login, Machine

HERE = Path(__file__).parent


class LogIn(Protocol):
    """Logs in an account as a person, and returns the login."""

    def __call__(self, account: str = "me", person: str = "ada") -> Login:
        """Log in."""
        ...


def _missing() -> str | None:
    """What these tests need and do not find."""
    for program in ("node", *PROGRAMS):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return None if PACKAGES.is_dir() else "run `make idp` to install the authorization server"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests of this directory where they cannot run, unless they must."""
    reason = _missing()
    if reason is None or os.environ.get("REAL_IDP") == "required":
        return
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def _browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Driver() as driver, Chromium(driver, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def chromium(_browser: Chromium) -> Chromium:
    """A browser that is signed in nowhere."""
    _browser.begin_anew()
    return _browser


@pytest.fixture(scope="session")
def _server() -> Iterator[Issuer]:
    with Issuer() as running:
        yield running


@pytest.fixture
def issuer(_server: Issuer) -> Issuer:
    """An authorization server that has seen nothing."""
    _server.begin_anew()
    return _server


@pytest.fixture
def machine(
    logins: None,
    home: Path,
    issuer: Issuer,
    chromium: Chromium,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Machine]:
    """The machine of the tests themselves, whose browser is Chromium."""
    monkeypatch.setenv("MP_API_BASE_URL", issuer.url)
    with Machine(home, {"MP_API_BASE_URL": issuer.url}) as running:
        running.open_with(tmp_path / "opener", chromium.url)
        yield running


@pytest.fixture
def log_in(machine: Machine, chromium: Chromium) -> LogIn:
    """Logs in an account of the machine, a new one too, as a person who approves in the browser."""

    def log_in(account: str = "me", person: str = "ada") -> Login:
        if account not in [known.name for known in mp.accounts.list()]:
            mp.accounts.add(account, type="oauth_browser", region="us")
        chromium.begin_anew()
        login = Login(machine, account)
        login.wait_for_browser()
        approve(chromium, person)
        assert login.end() == 0, login.said
        return login

    return log_in
