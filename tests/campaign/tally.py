"""What a campaign counts, and the line that it ends with."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterable, Iterator

from tests.campaign.journal import Journal

FATAL = ("avoidable", "corrupt", "lost", "stuck", "crashed")
_BROKEN = ("not JSON", "not a JSON object", "config.toml, line")
"""What an error says of a file that was read while it was being written."""

_SURROUNDINGS = ("OSError", "ConnectError")
"""What a process without descriptors may meet anywhere, beside the errors of the library."""

_KINDS = {
    "SIGKILL": "kills",
    "SIGINT": "interrupts",
    "SIGTERM": "interrupts",
    "SIGSTOP": "stops",
    "SIGCONT": "continues",
}


def counted(journals: Iterable[Journal]) -> Counter[str]:
    """Return how many signals reached their process, and how many steps ended how."""
    found: Counter[str] = Counter()
    for journal in journals:
        found["processes"] += 1
        for _, name in journal.signals:
            found[_KINDS[name]] += 1
        for event in journal.events:
            if event["word"] == "failed":
                found[f"failed: {event['code']}"] += 1
            elif event["word"] != "begin":
                found["steps"] += 1
    return found


def faults(journal: Journal) -> Iterator[tuple[str, str]]:
    """Return what is wrong with what one process told, or with how it ended: its kind, and why."""
    for event in journal.events:
        if any(word in event.get("message", "") for word in _BROKEN):
            yield "corrupt", f"process {journal.job.manner.job} has read: {event['message']}"
        if "where" in event and event["code"] not in _SURROUNDINGS:
            yield "odd", f"process {journal.job.manner.job} met a defect: {event['where']}"
    code = journal.code or 0
    if code < 0 and signal.Signals(-code).name not in {name for _, name in journal.signals}:
        yield "crashed", f"process {journal.job.manner.job} died of {signal.Signals(-code).name}"


def line(tally: Counter[str]) -> str:
    """Return the last line of a campaign."""
    names = ("kills", "interrupts", "avoidable", "unavoidable", "corrupt", "lost")
    return " ".join(f"{name}={tally[name]}" for name in names)


def rest(tally: Counter[str]) -> str:
    """Return what else was counted."""
    others = sorted(tally.keys() - set(line(tally).replace("=", " ").split()))
    return ", ".join(f"{name}: {tally[name]}" for name in others)


def is_good(tally: Counter[str]) -> bool:
    """Whether nothing happened that must not happen."""
    return not any(tally[name] for name in FATAL)
