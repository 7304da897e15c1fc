"""What is planned for the processes of a round, and what they tell while they last."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from tests.campaign.server import Manner

Limit = Literal["none", "descriptors", "file size"]
Cue = Literal["begin", "arrived", "committed", "answered"]


class Step(NamedTuple):
    """One thing that a process does.

    Attributes:
        verb: What, by its name in `verbs`.
        account: With which account.
        name: What it makes, such as a target, or the account's new name.
    """

    verb: str
    account: str
    name: str = ""


class Strike(NamedTuple):
    """What happens to a process.

    Attributes:
        signals: What it is sent, each after a pause in seconds.
        cue: Of how much of its work it must have been heard before.
        times: How often it must have been heard of that.
    """

    signals: tuple[tuple[float, signal.Signals], ...]
    cue: Cue
    times: int


@dataclass(frozen=True)
class Job:
    """What one process does and suffers."""

    manner: Manner
    steps: tuple[Step, ...]
    limit: Limit = "none"
    strike: Strike | None = None


@dataclass
class Journal:
    """What is known of a process.

    Attributes:
        job: What it was to do.
        events: What it said, in order.
        signals: What it was sent, and when, just before that.
        code: How it ended; minus the signal that ended it.
        left: The refresh tokens that were found complete in files right after a kill.
    """

    job: Job
    events: list[dict[str, Any]] = field(default_factory=list)
    signals: list[tuple[float, str]] = field(default_factory=list)
    code: int | None = None
    left: frozenset[str] = frozenset()

    @property
    def killed_at(self) -> float | None:
        """When it was killed, if that is how it ended."""
        times = [at for at, name in self.signals if name == "SIGKILL"]
        return times[0] if times and self.code == -signal.SIGKILL else None

    def has_ended_step_after(self, moment: float) -> bool:
        """Whether a step came to an end after a moment, so that the process went on."""
        return any(e["word"] in ("end", "failed") and e["at"] > moment for e in self.events)


class Voice:
    """How a process tells what it does: on a pipe, which outlasts it and its limits."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def tell(self, word: str, step: Step, **facts: Any) -> None:
        """Write one line at once, so that no signal parts it."""
        event = {"at": time.monotonic(), "word": word, "step": step, **facts}
        os.write(self._descriptor, (json.dumps(event) + "\n").encode())
