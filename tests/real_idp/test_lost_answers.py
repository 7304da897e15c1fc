"""What is saved when a refresh goes wrong half way, and what is said when nothing can be."""

from __future__ import annotations

import resource
import signal
import sys
from typing import Literal

import pytest

from tests.real_idp.conftest import LogIn
from tests.support.issuer import Issuer
from tests.support.machine import Caller, Machine

pytestmark = pytest.mark.providers

SPENT = "refresh token already used"


@pytest.fixture
def caller(machine: Machine, log_in: LogIn, issuer: Issuer) -> Caller:
    """A process whose login worked until just now, when its access token expired."""
    log_in()
    caller = Caller(machine)
    assert caller.call() == {"ok": 1}
    issuer.expire()
    return caller


def _told(caller: Caller) -> str:
    [outcome] = caller.call()
    return outcome


@pytest.mark.parametrize("act", ["cut", "fail"])
def test_a_refresh_that_had_no_effect_is_repeated_by_the_next_call(
    caller: Caller, issuer: Issuer, act: Literal["cut", "fail"]
) -> None:
    issuer.strike("before", act)
    assert _told(caller).startswith("OAUTH_REFRESH_ERROR")
    assert caller.call() == {"ok": 1}
    assert issuer.refreshes() == {"ok": 1}


def test_h01_an_answer_lost_after_rotation_is_reported_and_a_new_login_mends_it(
    caller: Caller, issuer: Issuer, log_in: LogIn
) -> None:
    issuer.strike("after", "cut")
    assert "the server's answer was lost" in _told(caller)
    told = _told(caller)
    assert told.startswith("OAUTH_REFRESH_REVOKED")
    assert "spent by a refresh whose answer got lost" in told
    assert "mp account login me" in told
    assert issuer.refreshes() == {"ok": 1, SPENT: 1}
    log_in()
    assert caller.call() == {"ok": 1}


def test_an_access_token_that_still_lives_serves_when_the_answer_is_lost(
    machine: Machine, issuer: Issuer, log_in: LogIn
) -> None:
    issuer.issue_for(29)
    log_in()
    issuer.strike("after", "cut")
    assert Caller(machine).call() == {"ok": 1}


def test_h02_a_kill_between_rotation_and_saving_blocks_nobody_and_is_reported(
    caller: Caller, machine: Machine, issuer: Issuer
) -> None:
    following = Caller(machine)
    issuer.strike("after", "hold")
    caller.ask(1)
    issuer.wait_for_arrival()
    caller.process.kill()
    assert _told(following).startswith("OAUTH_REFRESH_REVOKED")
    assert issuer.refreshes() == {"ok": 1, SPENT: 1}


def test_an_interruption_during_a_refresh_waits_until_the_tokens_are_saved(
    caller: Caller, machine: Machine, issuer: Issuer
) -> None:
    issuer.strike("after", "hold")
    asking = machine.start(sys.executable, "-c", "import mp_core; mp_core.Workspace().events()")
    issuer.wait_for_arrival()
    asking.send_signal(signal.SIGINT)
    issuer.release()
    assert "KeyboardInterrupt" in asking.communicate(timeout=20)[1]
    assert caller.call() == {"ok": 1}
    assert issuer.refreshes() == {"ok": 1}


def test_h72_without_room_for_new_tokens_nothing_is_spent_and_the_login_lives(
    caller: Caller, machine: Machine, issuer: Issuer
) -> None:
    _, unlimited = resource.prlimit(caller.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(caller.process.pid, resource.RLIMIT_FSIZE, (0, unlimited))
    caller.ask(20)
    outcomes, _ = caller.answer()
    [(refusal, count)] = outcomes.items()
    assert count == 20
    assert refusal.startswith("OAUTH_REFRESH_ERROR")
    assert "File too large" in refusal
    assert issuer.refreshes() == {}

    resource.prlimit(caller.process.pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
    assert caller.call() == {"ok": 1}
    assert Caller(machine).call() == {"ok": 1}
    assert issuer.refreshes() == {"ok": 1}
