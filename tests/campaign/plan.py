"""What a round consists of, as a generator of random numbers with a known seed draws it."""

from __future__ import annotations

import random
import signal
from itertools import count

from tests.campaign.home import Home
from tests.campaign.journal import Cue, Job, Limit, Step, Strike
from tests.campaign.server import Manner
from tests.campaign.verbs import CAN_RENAME, REFRESHING

KILL, STOP, GO_ON = signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT
INTERRUPT, TERMINATE = signal.SIGINT, signal.SIGTERM

_CUES: dict[Cue, float] = {"begin": 0.06, "arrived": 0.03, "committed": 0.02, "answered": 0.006}
"""After which word of a process's progress it is struck, and within how many seconds."""


class Plans:
    """Draws rounds.

    Args:
        chance: The generator.
        first: The number of the first job.
        port: Where the server tells of progress.
    """

    def __init__(self, chance: random.Random, first: int, port: int) -> None:
        self._chance = chance
        self._numbers = count(first)
        self._port = port

    def round(self, home: Home) -> tuple[Job, ...]:
        """Return the jobs of a round: most with one account, so that they meet."""
        chance = self._chance
        favourite = chance.choice(sorted(home.accounts))
        free = set(home.accounts)
        limit = self._limit(home)
        jobs = [self._job(home, favourite, free, limit) for _ in range(chance.choice([2, 3, 3, 4]))]
        return tuple(jobs)

    def _limit(self, home: Home) -> Limit:
        if self._chance.random() < 0.7:
            return "none"
        return "descriptors" if self._chance.random() < 0.5 else "file size"

    def _job(self, home: Home, favourite: str, free: set[str], limit: Limit) -> Job:
        chance, number = self._chance, next(self._numbers)
        life_s = chance.choice([1, 1, 1, 31])
        before_ms, after_ms = chance.choice([0, 5, 20]), chance.choice([0, 2, 20])
        steps = [self._refreshing(home, favourite) for _ in range(chance.randint(1, 5))]
        if chance.random() < 0.3:
            steps.insert(chance.randrange(len(steps)), self._editing(home, free, number))
        strike = self._strike() if chance.random() < 0.85 else None
        steps += self._last(favourite, number, strike)
        return Job(
            Manner(number, self._port, before_ms, after_ms, life_s),
            tuple(steps),
            limit=limit if chance.random() < 0.7 else "none",
            strike=strike,
        )

    def _last(self, account: str, number: int, strike: Strike | None) -> list[Step]:
        """Return how the process ends, if not by itself; `mp` has no handler for SIGTERM."""
        if self._chance.random() < 0.1:
            return [Step("daemon", account, str(number))]
        is_asked = strike is not None and any(which == TERMINATE for _, which in strike.signals)
        if self._chance.random() < 0.05 and not is_asked:
            return [Step("become mp", account)]
        return []

    def _refreshing(self, home: Home, favourite: str) -> Step:
        chance = self._chance
        account = favourite if chance.random() < 0.8 else chance.choice(sorted(home.accounts))
        weights = {"token": 5, "threads": 2, "call": 3, "mp token": 2, "switch": 1, "export": 1}
        if chance.random() < 0.1:
            return Step(chance.choice(["use", "mp use", "read"]), account)
        [verb] = chance.choices(REFRESHING, [weights[verb] for verb in REFRESHING])
        return Step(verb, account)

    def _editing(self, home: Home, free: set[str], number: int) -> Step:
        """Return a step that nobody else's step of the round touches."""
        chance = self._chance
        verb = chance.choice(["target", "untarget", "add", "remove", "renew", "relogin", "rename"])
        targets = sorted(home.targets)
        if verb == "untarget" and targets:
            return Step("untarget", "", chance.choice(targets))
        if verb == "add" and len(home.accounts) < 5:
            return Step("add", f"n{number}")
        if not free or verb in ("target", "untarget", "add"):
            return Step("target", chance.choice(sorted(home.accounts)), f"t{number}")
        account = chance.choice(sorted(free))
        free.remove(account)
        if verb == "rename":
            return Step("rename", account, f"m{number}") if CAN_RENAME else Step("renew", account)
        if verb == "remove" and len(home.accounts) < 4:
            return Step("relogin", account)
        return Step(verb, account)

    def _strike(self) -> Strike:
        chance = self._chance
        [cue] = chance.choices(list(_CUES), [2, 2, 2, 3])
        pause_s = chance.uniform(0, _CUES[cue])
        after_s = chance.uniform(0, 0.012)
        stop_s = chance.uniform(0.01, 0.2)
        then = chance.choices(
            [
                ((0.0, KILL),),
                ((0.0, INTERRUPT),),
                ((0.0, INTERRUPT), (after_s, INTERRUPT)),
                ((0.0, TERMINATE),),
                ((0.0, STOP), (stop_s, GO_ON)),
                ((0.0, STOP), (stop_s, GO_ON), (after_s, KILL)),
                ((0.0, STOP), (stop_s, KILL)),
            ],
            [12, 3, 3, 2, 1, 1, 1],
        )[0]
        (_, first), *rest = then
        return Strike(((pause_s, first), *rest), cue, chance.choice([1, 1, 1, 2, 3]))
