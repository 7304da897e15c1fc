"""What is printed of a loss: all that is known of it, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.campaign.home import Home
from tests.campaign.journal import Journal

_LAST = 8
"""How many lines of the server's log are shown."""

_Line = tuple[float, str]


def evidence(
    kind: str, reason: str, home: Home, journals: Sequence[Journal], login: dict[str, Any]
) -> str:
    """Return the text."""
    lines = [line for journal in journals for line in _of_process(journal)]
    lines += [line for event in login.get("events", [])[-_LAST:] for line in _of_server(event)]
    lines.sort()
    start = lines[0][0] if lines else 0.0
    shown = [f"  {at - start:8.4f} {text}" for at, text in lines]
    ends = [_of_end(journal) for journal in journals]
    files = ["  the files now:", *(f"    {line}" for line in home.listing())]
    return "\n".join([f"{kind}: {reason}; in {home.path}", *ends, *shown, *files])


def _of_end(journal: Journal) -> str:
    job = journal.job
    left = ", ".join(sorted(journal.left)) or "none"
    at_kill = f"; tokens in whole files when it was killed: {left}" if journal.killed_at else ""
    return f"  process {job.manner.job} (limit: {job.limit}) ended with {journal.code}{at_kill}"


def _of_process(journal: Journal) -> Iterator[_Line]:
    name = f"process {journal.job.manner.job}"
    for at, signal_name in journal.signals:
        yield at, f"{name} is sent {signal_name}"
    for event in journal.events:
        facts = " ".join(str(event[key]) for key in ("login", "code", "message") if event.get(key))
        yield event["at"], f"{name}: {event['word']} {' '.join(event['step']).strip()} {facts}"


def _of_server(event: dict[str, Any]) -> Iterator[_Line]:
    who = f"server: process {event['job']}, {event['what']} with {event['token']}"
    yield event["arrived_at"], f"{who} arrives"
    yield event["committed_at"], f"{who} is {event.get('outcome', 'done')}"
    if "answered_at" in event:
        yield event["answered_at"], f"{who}: answer {event['answer']}"
