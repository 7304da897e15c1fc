"""Fuzzing: text of others at every door, for minutes.

    make fuzz MINUTES=10 TARGET=answers SEED=word
    python -m tests.fuzz [--minutes N] [--target NAME]... [--seed WORD]
    python -m tests.fuzz --target NAME --input LITERAL

Each target gets the minutes. A fault is printed with the smallest input that shows it, which the
third form tries again. At the end there is one row for each target, and exit code 1 with a fault.
"""

from __future__ import annotations

import argparse
import ast
import secrets
import shlex
import sys
import time
import traceback

from tests.fuzz.catalog import TARGETS
from tests.fuzz.engine import Finding, Outcome, again, fuzz

_ROW = "| {:<16} | {:>9} | {:>8} |"


def main() -> int:
    """Fuzz and return the exit code."""
    asked = _asked()
    chosen = asked.target or list(TARGETS)
    if asked.input is not None:
        again(TARGETS[chosen[0]], ast.literal_eval(asked.input))
        return 0
    print(f"seed={asked.seed} minutes={asked.minutes:g} for each target", flush=True)
    outcomes = [_fuzzed(name, asked) for name in chosen]
    print(_ROW.format("target", "inputs", "findings"))
    print("|---|---|---|")
    for outcome in outcomes:
        print(_ROW.format(outcome.name, outcome.tried, len(outcome.findings)))
    return 1 if any(outcome.findings for outcome in outcomes) else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--target", action="append", choices=TARGETS)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    parser.add_argument("--input", help="a Python literal to try once")
    return parser.parse_args()


def _fuzzed(name: str, asked: argparse.Namespace) -> Outcome:
    began = time.monotonic()
    outcome = fuzz(TARGETS[name], seconds=asked.minutes * 60, seed=asked.seed)
    took_s = time.monotonic() - began
    print(f"{name}: {outcome.tried} inputs in {took_s:.0f} s", flush=True)
    for finding in outcome.findings:
        print(_told(name, finding), flush=True)
    return outcome


def _told(name: str, finding: Finding) -> str:
    command = f"python -m tests.fuzz --target {name} --input {shlex.quote(ascii(finding.drawn))}"
    trace = "".join(traceback.format_exception(finding.error))
    return f"--- {name}: a finding; try it again:\n{command}\n{trace}"


if __name__ == "__main__":
    sys.exit(main())
