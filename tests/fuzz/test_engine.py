"""What the engine promises: a fault is found, shrunk, told apart, and can be typed again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from mp_core.errors import ConfigError
from tests.fuzz import engine
from tests.fuzz.engine import SlowError, again, fuzz, once
from tests.fuzz.target import CANARY, Check, ours, target


def _faulty(directory: Path) -> Iterator[Check]:
    def check(number: int) -> None:
        if number > 1000:
            raise KeyError(number)
        if number < -1000:
            raise IndexError(number)

    yield check


FAULTY = target("faulty", st.integers())(_faulty)


def test_each_fault_is_found_with_the_smallest_input_that_shows_it() -> None:
    outcome = fuzz(FAULTY, seconds=4, seed="word")
    assert {finding.drawn for finding in outcome.findings} == {1001, -1001}
    assert outcome.tried > 10


def test_a_finding_can_be_tried_again() -> None:
    with pytest.raises(KeyError):
        again(FAULTY, 1001)


def test_a_run_in_the_suite_is_the_same_every_time() -> None:
    one, other = (once(FAULTY, examples=100) for _ in range(2))
    assert one.tried == other.tried
    assert [each.drawn for each in one.findings] == [each.drawn for each in other.findings]


def test_an_input_that_takes_too_long_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(directory: Path) -> Iterator[Check]:
        def check(number: int) -> None:
            ends = time.monotonic() + 60
            while number > 5 and time.monotonic() < ends:
                pass

        yield check

    monkeypatch.setattr(engine, "PATIENCE_S", 0.01)
    [finding] = once(target("endless", st.integers(0, 10))(endless), examples=50).findings
    assert isinstance(finding.error, SlowError)


def test_an_error_of_ours_that_repeats_a_secret_is_a_fault() -> None:
    def told(message: str) -> None:
        raise ConfigError(message)

    assert isinstance(ours(lambda: told("It is wrong.")), ConfigError)
    with pytest.raises(AssertionError, match="a secret is repeated"):
        ours(lambda: told(f"{CANARY} is wrong."))


def test_what_is_no_error_of_ours_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        ours(lambda: 1 // 0)
