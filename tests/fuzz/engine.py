"""Trying inputs on a target until the time is over, and what was found by that."""

from __future__ import annotations

import os
import signal
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings

from mp_core.errors import CredentialWarning
from tests.fuzz.target import Check, Target

PATIENCE_S = 60
"""How long one input may take."""

_IN_MEMORY = "/dev/shm"
"""Where no disk is waited for."""
_ROUND = 1000
"""How many inputs are drawn with one seed; short rounds draw small inputs again and again."""
_QUIET = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Finding:
    """A fault, with the smallest input that shows it."""

    drawn: Any
    error: BaseException

    @property
    def place(self) -> tuple[type, str]:
        """What tells faults apart: the kind of error, and where it came from."""
        frames = traceback.extract_tb(self.error.__traceback__)
        own = [frame for frame in frames if "/mp_" in frame.filename] or list(frames)
        return type(self.error), "".join(f"{frame.filename}:{frame.lineno}" for frame in own[-1:])


@dataclass
class Outcome:
    """What became of a target: how many inputs were tried, and the faults that they showed."""

    name: str
    tried: int = 0
    findings: list[Finding] = field(default_factory=list)


class SlowError(Exception):
    """An input took longer than anything may take."""


def fuzz(target: Target, *, seconds: float, seed: str) -> Outcome:
    """Try inputs until the time is over."""
    ends = time.monotonic() + seconds
    with opened(target) as check:
        outcome = Outcome(target.name)
        number = 0
        while time.monotonic() < ends:
            _round(target, check, outcome, f"{seed} {target.name} {number}", ends)
            number += 1
    return outcome


def once(target: Target, *, examples: int) -> Outcome:
    """Try a few inputs, which depend on the target and on the modules that are loaded."""
    outcome = Outcome(target.name)
    with opened(target) as check:
        _round(target, check, outcome, target.name, float("inf"), examples)
    return outcome


def again(target: Target, drawn: Any) -> None:
    """Try one input; a fault comes out."""
    with opened(target) as check:
        check(drawn)


@contextmanager
def opened(target: Target) -> Iterator[Check]:
    """Yield the check of a target, in a directory of its own."""
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", CredentialWarning)
        place = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="fuzz-", dir=place))
        yield stack.enter_context(target.open(Path(directory)))


def _round(
    target: Target, check: Check, outcome: Outcome, seed: str, ends: float, examples: int = _ROUND
) -> None:
    known = {finding.place for finding in outcome.findings}
    failed: list[Finding] = []

    def tried(drawn: Any) -> None:
        if not failed and time.monotonic() > ends:
            return
        outcome.tried += 1
        try:
            _in_time(check, drawn)
        except Exception as error:
            finding = Finding(drawn, error)
            if finding.place in known:
                return
            failed.append(finding)
            raise

    law = hypothesis.given(target.inputs)(tried)
    law = hypothesis.seed(seed)(settings(_QUIET, max_examples=examples)(law))
    try:
        law()
    except BaseException:
        # What fails at times only is a finding as well; what failed last is what is smallest.
        if not failed:
            raise
        outcome.findings.append(failed[-1])


def _in_time(check: Callable[[Any], None], drawn: Any) -> None:
    def late(*_: object) -> None:
        raise SlowError(f"this took longer than {PATIENCE_S} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)
    try:
        check(drawn)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
