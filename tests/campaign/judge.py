"""Why a login was lost: nobody could have saved it, or the library could."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tests.campaign.journal import Journal


class Verdict(NamedTuple):
    """Whether a loss could not have been avoided, and why."""

    is_unavoidable: bool
    reason: str


def judge(login: Mapping[str, Any], journals: Sequence[Journal]) -> Verdict:
    """Return whether the one who bought the last tokens was killed before it could have them.

    That is one excuse: the server had spent the old token, and whole new tokens stood in no file
    yet. The other: who was killed had a request on its way, and the server looked at it after that
    of whoever had the lock next. Who asks with a spent token while the buyer of the next one still
    works has broken the lock; who ends otherwise than killed has time to save what it bought.

    Args:
        login: The server's log of the login.
        journals: What is known of the processes that may have used it.
    """
    bought = [event for event in login["events"] if event.get("outcome") == "rotated"]
    if any(event["what"] == "logout" for event in login["events"]):
        return Verdict(False, "it was logged out, and nobody was told to")
    if not bought:
        return Verdict(False, "its tokens were never replaced, and yet are gone")
    last = bought[-1]
    reused = [event for event in login["events"] if event.get("outcome") == "revoked"]
    if reused and _serial(reused[0]) < login["serial"] - 1:
        return Verdict(False, "a token was used whose successor had been used already")
    if reused and _was_on_its_way(reused[0], last, journals):
        return Verdict(True, "a request of one who was killed was looked at after its successor's")
    buyer = _journal_of(last["job"], journals)
    if buyer is None:
        return Verdict(False, "the one who bought the last tokens was in no danger")
    return _of_buyer(buyer, last, reused, f"r.{login['name']}.{login['serial']}")


def _was_on_its_way(
    reused: Mapping[str, Any], purchase: Mapping[str, Any], journals: Sequence[Journal]
) -> bool:
    """Return whether a spent token was not spent yet when the one was killed who sent it."""
    sender = _journal_of(reused["job"], journals)
    if sender is None or sender.killed_at is None:
        return False
    is_before = sender.killed_at < min(purchase["committed_at"], reused["committed_at"])
    return bool(is_before) and purchase["token"] == reused["token"]


def _journal_of(job: int, journals: Sequence[Journal]) -> Journal | None:
    return next((each for each in journals if each.job.manner.job == job), None)


def _of_buyer(
    buyer: Journal,
    purchase: Mapping[str, Any],
    reused: Sequence[Mapping[str, Any]],
    token: str,
) -> Verdict:
    name = f"process {buyer.job.manner.job}, which bought {token},"
    if buyer.killed_at is None:
        return Verdict(False, f"{name} was not killed: it ended with {_end(buyer)}")
    if buyer.has_ended_step_after(purchase["committed_at"]):
        return Verdict(False, f"{name} went on with other work before it was killed")
    if reused and reused[0]["arrived_at"] < buyer.killed_at:
        return Verdict(False, f"{name} was alive when somebody else used the spent one")
    if token in buyer.left:
        return Verdict(False, f"{name} was killed when whole new tokens stood in a file")
    return Verdict(True, f"{name} was killed before whole new tokens stood in a file")


def _serial(event: Mapping[str, Any]) -> int:
    return int(event["token"].rpartition(".")[2])


def _end(journal: Journal) -> str:
    code = journal.code
    return signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
