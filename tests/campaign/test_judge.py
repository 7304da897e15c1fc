"""When the loss of a login counts as one that nobody could have avoided."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from tests.campaign.journal import Job, Journal
from tests.campaign.judge import judge
from tests.campaign.server import Manner

BUYER, OTHER = 1, 2
BOUGHT_AT, KILLED_AT, REUSED_AT = 10.0, 20.0, 30.0


def journal(number: int = BUYER, **facts: Any) -> Journal:
    return Journal(Job(Manner(number, 0, 0, 0, 1), ()), **facts)


def killed(**facts: Any) -> Journal:
    """The buyer, killed after it had bought."""
    return journal(signals=[(KILLED_AT, "SIGKILL")], code=-signal.SIGKILL, **facts)


def request(outcome: str, token: str, at: float, job: int = BUYER) -> dict[str, Any]:
    return {
        "what": "refresh",
        "outcome": outcome,
        "token": token,
        "job": job,
        "arrived_at": at,
        "committed_at": at,
    }


def login(*events: dict[str, Any], serial: int = 1) -> dict[str, Any]:
    return {"name": "L1", "serial": serial, "events": list(events)}


BOUGHT = request("rotated", "r.L1.0", BOUGHT_AT)
REUSED = request("revoked", "r.L1.0", REUSED_AT, OTHER)


def test_who_is_killed_before_it_has_written_what_it_bought_cannot_help_it() -> None:
    assert judge(login(BOUGHT, REUSED), [killed(), journal(OTHER)]).is_unavoidable


def test_nor_can_who_has_the_lock_after_one_who_was_killed_with_a_request_on_its_way() -> None:
    sender = journal(OTHER, signals=[(BOUGHT_AT - 1, "SIGKILL")], code=-signal.SIGKILL)
    assert judge(login(BOUGHT, REUSED), [journal(code=0), sender]).is_unavoidable
    late = journal(OTHER, signals=[(BOUGHT_AT + 1, "SIGKILL")], code=-signal.SIGKILL)
    assert not judge(login(BOUGHT, REUSED), [journal(code=0), late]).is_unavoidable


@pytest.mark.parametrize(
    ("log", "buyer", "reason"),
    [
        (login(BOUGHT, REUSED), journal(code=0), "exit code 0"),
        (login(BOUGHT, REUSED), journal(code=-signal.SIGTERM), "SIGTERM"),
        (login(BOUGHT, REUSED), killed(left=frozenset({"r.L1.1"})), "stood in a file"),
        (
            login(BOUGHT, REUSED),
            killed(events=[{"word": "end", "at": BOUGHT_AT + 1}]),
            "went on with other work",
        ),
        (
            login(BOUGHT, request("revoked", "r.L1.0", BOUGHT_AT + 1, OTHER)),
            killed(),
            "was alive when somebody else used the spent one",
        ),
        (
            login(BOUGHT, request("rotated", "r.L1.1", BOUGHT_AT), REUSED, serial=2),
            killed(),
            "whose successor had been used",
        ),
        (login(BOUGHT, REUSED), journal(OTHER), "in no danger"),
        (login(), killed(), "never replaced"),
        (login(BOUGHT, {"what": "logout"}), killed(), "logged out"),
    ],
)
def test_every_other_loss_could_have_been_avoided(
    log: dict[str, Any], buyer: Journal, reason: str
) -> None:
    verdict = judge(log, [buyer])
    assert not verdict.is_unavoidable
    assert reason in verdict.reason
