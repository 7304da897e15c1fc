"""Logging in through a real browser: approved, denied, by other ways in, and twice."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

import mp_core as mp
from tests.real_idp.conftest import LogIn
from tests.support.chromium import Chromium, approve, sign_in
from tests.support.issuer import Issuer
from tests.support.machine import LOGIN, Caller, Login, Machine

pytestmark = pytest.mark.providers

PORTS = range(19284, 19288)


@contextmanager
def _taken(*ports: int) -> Iterator[None]:
    """Listen on ports, once whoever else on this machine uses one has let go of it."""
    with ExitStack() as stack:
        for port in ports:
            stack.enter_context(_listening(port))
        yield


def _listening(port: int) -> socket.socket:
    patience_ends = time.monotonic() + 20
    while True:
        try:
            return socket.create_server(("127.0.0.1", port))
        except OSError:
            if time.monotonic() > patience_ends:
                raise
        time.sleep(0.02)


@pytest.fixture
def me(machine: Machine) -> str:
    """An account that has never logged in."""
    return mp.accounts.add("me", type="oauth_browser", region="us").name


def test_a_login_fills_the_default_project_and_is_good_for_calls(log_in: LogIn) -> None:
    log_in()
    with mp.Workspace() as workspace:
        assert workspace.project.id == "3018488"
        assert workspace.events() == ["Sign Up"]
        assert workspace.me().user_email == "ada@example.com"


def test_h29_a_denial_in_the_browser_is_reported_at_once(
    me: str, machine: Machine, chromium: Chromium
) -> None:
    before = machine.files()
    login = Login(machine, me)
    login.wait_for_browser()
    chromium.click(".login-help a")
    assert login.end() == 2
    assert "access was denied in the browser" in login.said
    assert machine.files() == before


def callback(login: Login) -> str:
    return f"http://localhost:{login.port}/callback"


def test_h79_an_approval_in_a_browser_that_does_not_bring_the_cookie_is_refused(
    me: str, machine: Machine, chromium: Chromium
) -> None:
    login = Login(machine, me)
    login.wait_for_browser()
    sign_in(chromium, "ada")
    [cookie] = chromium.cookies_for(callback(login))
    chromium.forget_cookie(cookie, callback(login))
    chromium.click("form [type=submit]")
    assert "another browser than the one that was opened" in chromium.read("main.failed")
    assert login.end() == 2


def test_h79_nothing_is_left_of_what_the_browser_was_opened_with(
    log_in: LogIn, machine: Machine, chromium: Chromium
) -> None:
    login = log_in()
    assert not list(machine.home.rglob("*.html"))
    assert chromium.cookies_for(callback(login)) == []


def test_h33_a_denial_leaves_the_login_of_before_as_it_was(
    log_in: LogIn, machine: Machine, chromium: Chromium
) -> None:
    log_in()
    before = machine.files()
    chromium.begin_anew()
    login = Login(machine, "me")
    login.wait_for_browser()
    chromium.click(".login-help a")
    assert login.end() == 2
    assert machine.files() == before
    assert Caller(machine).call() == {"ok": 1}


def test_h31_the_address_is_shown_where_no_browser_opens(
    me: str, machine: Machine, chromium: Chromium
) -> None:
    machine.variables["BROWSER"] = "false"
    login = Login(machine, me, on_terminal=True)
    login.wait_for("No browser could be opened here")
    chromium.open(login.address)
    approve(chromium, "ada")
    assert login.end() == 0


def test_h31_a_browser_that_stays_in_the_foreground_does_not_hold_up_the_login(
    machine: Machine, log_in: LogIn
) -> None:
    machine.variables["STAYS_IN_FOREGROUND"] = "yes"
    log_in()
    assert Caller(machine).call() == {"ok": 1}


@pytest.mark.usefixtures("all_ports")
def test_h32_with_all_ports_busy_and_nobody_to_ask_the_login_ends_with_an_error(
    me: str, machine: Machine
) -> None:
    with _taken(*PORTS):
        ended = machine.start(*LOGIN, me, stdin=subprocess.DEVNULL)
        assert "are all in use" in ended.communicate(timeout=20)[1]
    assert ended.returncode == 2
    assert set(machine.files()) == {"config.toml"}


@pytest.mark.usefixtures("all_ports")
def test_h32_with_all_ports_busy_the_address_is_pasted_instead(
    me: str, machine: Machine, chromium: Chromium
) -> None:
    with _taken(*PORTS):
        login = Login(machine, me, on_terminal=True)
        login.wait_for_question("Paste that whole address here: ")
    sign_in(chromium, "ada")
    chromium.click("form [type=submit]")
    login.type(chromium.ends_at("http://localhost:") + "\n")
    assert login.end() == 0, login.said
    assert Caller(machine).call() == {"ok": 1}


def test_h29_the_end_of_input_ends_a_login_that_waits_for_a_paste(
    me: str, machine: Machine
) -> None:
    login = Login(machine, me, "--no-browser", on_terminal=True)
    login.wait_for_question("Paste that whole address here: ")
    login.type("\x04")
    assert login.end() == 2
    assert "input has ended" in login.said


def test_h32_two_logins_on_different_ports_keep_both_accounts_working(
    log_in: LogIn, machine: Machine, issuer: Issuer
) -> None:
    first = log_in("me", "ada")
    with _taken(first.port):
        second = log_in("work", "grace")
    assert first.port != second.port
    for _ in range(2):
        for account, email in (("me", "ada@example.com"), ("work", "grace@example.com")):
            with mp.Workspace(account=account) as workspace:
                assert workspace.me(refresh=True).user_email == email
        issuer.expire()
    assert issuer.refreshes() == {"ok": 2}


def test_h32_one_registration_serves_every_login_of_an_account_on_any_port(
    log_in: LogIn, machine: Machine, issuer: Issuer
) -> None:
    with _taken(log_in().port):
        log_in()
    assert issuer.seen()["registrations"] == 1


def test_h47_a_logout_revokes_the_login_at_the_server(
    log_in: LogIn, machine: Machine, issuer: Issuer
) -> None:
    log_in()
    bearer = {"Authorization": f"Bearer {mp.accounts.token('me')}"}
    me = f"{issuer.url}/api/app/me"
    assert httpx.get(me, headers=bearer, timeout=60).is_success
    result = mp.accounts.logout("me")
    assert (result.revoked, result.deleted) == (True, True)
    assert issuer.seen()["revoked"] == 1
    assert httpx.get(me, headers=bearer, timeout=60).status_code == httpx.codes.UNAUTHORIZED
    [told] = Caller(machine).call()
    assert "is not logged in" in told
