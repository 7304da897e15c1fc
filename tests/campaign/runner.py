"""One process that runs rounds in homes of its own until its time is over.

It has loaded all that its workers need before it forks the first one, so that they start at once.
`python -m tests.campaign.runner` is how the campaign starts it.
"""

from __future__ import annotations

import gc
import json
import random
import signal
import socket
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from tests.campaign import mutants
from tests.campaign.checker import Place, done_in, looked_up, replaced
from tests.campaign.home import Account, Home
from tests.campaign.journal import Journal
from tests.campaign.judge import judge
from tests.campaign.plan import Plans
from tests.campaign.report import evidence
from tests.campaign.round import Round
from tests.campaign.server import Manner
from tests.campaign.small_disk import filled, small
from tests.campaign.tally import counted, faults
from tests.campaign.warmth import certificates, warm

ACCOUNTS = ("ada", "bob", "cyd")
SHOWN = 5
"""Of how many losses a runner prints what it knows."""


class Runner:
    """Runs rounds.

    Args:
        directory: Where the homes are.
        url: The server.
        seed: Of the random numbers.
        number: Which of the runners it is.
    """

    def __init__(self, directory: Path, url: str, seed: str, number: int) -> None:
        self._url = url
        self._bell = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._bell.bind(("127.0.0.1", 0))
        port = self._bell.getsockname()[1]
        self._chance = random.Random(f"{seed}/{number}")
        self._plans = Plans(self._chance, number * 10_000_000 + 1, port)
        self._certificates = certificates(directory)
        self._manner = str(Manner(number * 10_000_000, port, 0, 0, 1))
        self._seed = seed
        self.tally: Counter[str] = Counter()
        if number > 1:
            warm(directory, url, self._manner)
        self.homes = [Home(directory / "large"), Home(directory / "small")]
        self.homes[1].is_small = small(self.homes[1].path)
        for home in self.homes:
            home.path.mkdir(exist_ok=True)
            self._replace(home, list(ACCOUNTS))

    def round(self) -> None:
        """Run one round, and look after its home."""
        home = self._chance.choice(self.homes)
        jobs = self._plans.round(home)
        running = Round(home, self._url, self._certificates, self._bell)
        is_full = home.is_small and self._chance.random() < 0.5
        with filled(home.path if is_full else None, self._chance.randint(0, 3)):
            journals, in_time = running.run(jobs)
        for journal in journals:
            home.learn(journal)
        self.tally += counted(journals)
        self.tally["rounds"] += 1
        for kind, reason in (fault for journal in journals for fault in faults(journal)):
            self._blame(kind, home, journals, reason, {})
        if not in_time:
            self._blame("stuck", home, journals, "a process did not end in time", {})
        self._check(home, journals)

    def _check(self, home: Home, journals: list[Journal]) -> None:
        for path in home.corrupt():
            self._blame("corrupt", home, journals, f"{path} is broken", {})
        names = sorted(home.accounts)
        found = done_in(self._place(home), looked_up, names)
        self._check_presence(home, journals, found)
        for names_, login in home.take_renamed().items():
            if login and ["ok", login] not in [list(found["logins"][name]) for name in names_]:
                self._lose(home, Account(login), f"neither of {names_} has it", journals)
        broken = [name for name in names if not self._is_well(home, name, found, journals)]
        self._replace(home, broken)
        if missing := [name for name in ACCOUNTS[:2] if name not in home.accounts]:
            self._replace(home, missing)

    def _check_presence(self, home: Home, journals: list[Journal], found: Any) -> None:
        lost = [f"the account {n}" for n, a in home.accounts.items() if a.is_certain]
        lost = [text for text in lost if text.rpartition(" ")[2] not in found["accounts"]]
        lost += [
            f"the target {name}"
            for name, is_certain in home.targets.items()
            if is_certain and name not in found["targets"]
        ]
        for text in lost:
            self._blame("lost", home, journals, f"{text} was acknowledged and is not there", {})
        home.targets = dict.fromkeys(found["targets"], True)

    def _is_well(self, home: Home, name: str, found: Any, journals: list[Journal]) -> bool:
        """Whether an account has its login; it is forgotten if somebody was about to remove it."""
        account, (code, text) = home.accounts[name], found["logins"][name]
        if code == "ok" and account.login in (text, None):
            home.accounts[name] = Account(text)
            return True
        if not account.is_certain:
            if name not in found["accounts"]:
                del home.accounts[name]
                return True
            return False
        if code == "ok":
            reason = f"{name} has the login {text} instead of {account.login}"
            self._blame("lost", home, journals, reason, {})
            return False
        self._lose(home, account, f"{name}: {code}, {text}", journals)
        return False

    def _lose(self, home: Home, account: Account, text: str, journals: list[Journal]) -> None:
        login = httpx.get(f"{self._url}/logins/{account.login}", timeout=30).json()
        verdict = judge(login, journals)
        if verdict.is_unavoidable:
            self.tally["unavoidable"] += 1
        else:
            self._blame("avoidable", home, journals, f"{verdict.reason} ({text})", login)

    def _blame(
        self, kind: str, home: Home, journals: list[Journal], reason: str, login: dict[str, Any]
    ) -> None:
        self.tally[kind] += 1
        if self.tally["shown"] < SHOWN:
            self.tally["shown"] += 1
            text = evidence(kind, reason, home, journals, login)
            print(f"seed {self._seed}, round {self.tally['rounds']}: {text}", file=sys.stderr)

    def _replace(self, home: Home, names: list[str]) -> None:
        for path in home.corrupt():
            Path(path).unlink()
        for name, login in done_in(self._place(home), replaced, names).items():
            home.accounts[name] = Account(login)

    def _place(self, home: Home) -> Place:
        return Place(home.path, self._url, self._manner, self._certificates)


def main(directory: Path, url: str, seed: str, number: int, seconds: float) -> Counter[str]:
    """Run rounds for a time and return what was counted."""
    until = time.monotonic() + seconds
    runner = Runner(directory, url, seed, number)
    gc.freeze()
    while time.monotonic() < until:
        runner.round()
        told = {"number": number, "tally": runner.tally}
        print(json.dumps(told), flush=True)
    return runner.tally


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The campaign ends its runners.
    told = json.loads(sys.argv[1])
    mutants.put_in(told["mutant"])
    main(Path(told["directory"]), told["url"], told["seed"], told["number"], told["seconds"])
