"""The campaign: workers that refresh, switch, add and remove, and what may happen to them.

    make campaign MINUTES=60 SEED=word
    python -m tests.campaign [--minutes N] [--seed WORD] [--runners N] [--mutant NAME]

The seed decides what is done when; how far a process is at that moment, the machine decides.

It ends with one line, and with exit code 1 when something was lost that need not have been.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import selectors
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tests.campaign.mutants import MUTANTS
from tests.campaign.tally import is_good, line, rest
from tests.support.child_processes import started

ROOT = Path(__file__).parents[2]
GRACE_S = 400
"""How much longer than it should a runner may take: the last round may wait for locks."""


def main() -> int:
    """Run a campaign and return the exit code."""
    asked = _asked()
    print(f"seed={asked.seed} minutes={asked.minutes:g}", flush=True)
    with tempfile.TemporaryDirectory(prefix="campaign-") as directory, ExitStack() as stack:
        tally, codes = _run(asked, Path(directory), stack)
    print(rest(tally))
    print(line(tally))
    return 0 if is_good(tally) and not any(codes) else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaign")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    parser.add_argument("--runners", type=int, default=(os.cpu_count() or 1) + 1)
    parser.add_argument("--mutant", default="", choices=["", *MUTANTS])
    parser.add_argument("--stop-early", action="store_true", help="end with the first fault")
    return parser.parse_args()


def _run(
    asked: argparse.Namespace, directory: Path, stack: ExitStack
) -> tuple[Counter[str], list[int]]:
    last_resort_s = asked.minutes * 60 + GRACE_S
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "cwd": ROOT}

    def start(*words: str) -> subprocess.Popen[str]:
        command = (sys.executable, "-m", *words)
        return stack.enter_context(started(*command, last_resort_s=last_resort_s, **pipes))

    server = start("tests.campaign.server")
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    runners = []
    for number in range(1, asked.runners + 1):
        place = directory / str(number)
        place.mkdir()
        told = {"directory": str(place), "url": url, "seed": asked.seed, "number": number}
        told |= {"seconds": asked.minutes * 60, "mutant": asked.mutant}
        runners.append(start("tests.campaign.runner", json.dumps(told)))
    tally = _heard(runners, asked.stop_early)
    if asked.stop_early and not is_good(tally):
        return tally, [1]
    return tally, [runner.wait(60) for runner in runners]


def _heard(runners: list[subprocess.Popen[str]], stops_early: bool) -> Counter[str]:
    """Return the sum of what the runners counted last."""
    tallies: dict[int, Counter[str]] = {}
    said_at = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for runner in runners:
            assert runner.stdout is not None
            selector.register(runner.stdout, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select(GRACE_S):
                text = key.fileobj.readline()  # type: ignore[union-attr]
                if not text:
                    selector.unregister(key.fileobj)
                    continue
                told = json.loads(text)
                tallies[told["number"]] = Counter(told["tally"])
                if stops_early and not is_good(tallies[told["number"]]):
                    return sum(tallies.values(), Counter())
            if time.monotonic() > said_at + 60:
                said_at = time.monotonic()
                print(line(sum(tallies.values(), Counter())), flush=True)
    return sum(tallies.values(), Counter())


if __name__ == "__main__":
    sys.exit(main())
