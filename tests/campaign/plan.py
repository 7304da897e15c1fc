"""What a round consists of, as a generator of random numbers with a known seed draws it."""

from __future__ import annotations

import random
import signal
from collections.abc import Container
from itertools import count

from tests.campaign.home import Home
from tests.campaign.journal import Cue, Job, Limit, Step, Strike
from tests.campaign.server import Manner
from tests.campaign.verbs import REFRESHING

KILL, STOP, GO_ON = signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT
INTERRUPT, TERMINATE = signal.SIGINT, signal.SIGTERM

FEWEST_ACCOUNTS, MOST_ACCOUNTS, MOST_TARGETS = 3, 5, 8

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
        self._taken: set[str] = set()

    def round(self, home: Home) -> tuple[Job, ...]:
        """Return the jobs of a round: most with one account, so that they meet."""
        chance = self._chance
        favourite = chance.choice(sorted(home.accounts))
        free = set(home.accounts)
        self._taken = set()
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
            steps.insert(chance.randrange(len(steps)), self._editing(home, free))
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

    def _editing(self, home: Home, free: set[str]) -> Step:
        """Return a step that nobody else's step of the round touches."""
        chance = self._chance
        verb = chance.choice(["target", "untarget", "add", "remove", "renew", "relogin", "rename"])
        if verb in ("target", "untarget") or not free:
            return self._of_target(home, verb)
        if verb == "add" and len(home.accounts) < MOST_ACCOUNTS:
            return Step("add", self._unused("n", home.accounts))
        account = chance.choice(sorted(free))
        free.remove(account)
        if verb == "rename":
            return Step("rename", account, self._unused("m", home.accounts))
        can_go = verb == "remove" and len(home.accounts) > FEWEST_ACCOUNTS
        return Step("remove" if can_go else chance.choice(["renew", "relogin"]), account)

    def _of_target(self, home: Home, verb: str) -> Step:
        here = [name for name in sorted(home.targets) if name not in self._taken]
        if here and (verb == "untarget" or len(home.targets) >= MOST_TARGETS):
            name = self._chance.choice(here)
            self._taken.add(name)
            return Step("untarget", "", name)
        account = self._chance.choice(sorted(home.accounts))
        return Step("target", account, self._unused("t", home.targets))

    def _unused(self, kind: str, present: Container[str]) -> str:
        """Return a name that nothing has now, though something may have had it."""
        names = (f"{kind}{number}" for number in count(1))
        name = next(each for each in names if each not in present and each not in self._taken)
        self._taken.add(name)
        return name

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
