"""What a campaign counts, and the line that it ends with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.campaign.journal import Journal

FATAL = ("avoidable", "corrupt", "lost", "stuck")


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


_KINDS = {
    "SIGKILL": "kills",
    "SIGINT": "interrupts",
    "SIGTERM": "interrupts",
    "SIGSTOP": "stops",
    "SIGCONT": "continues",
}


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
