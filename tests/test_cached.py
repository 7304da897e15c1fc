"""Attributes that are computed once, and what threads and forks make of that."""

from __future__ import annotations

import signal
import threading

from mp_core._cached import Cached
from tests.support.child_processes import in_child

LONG_S = 60


class Thing:
    """Has such an attribute, which takes its time where it is told to."""

    def __init__(self) -> None:
        self.entered, self.left = threading.Event(), threading.Event()
        self.asked = 0

    @Cached
    def number(self) -> list[int]:
        """Whatever."""
        self.asked += 1
        self.entered.set()
        assert self.left.wait(LONG_S)
        return [1]


def quick() -> Thing:
    thing = Thing()
    thing.left.set()
    return thing


def test_it_is_computed_once_for_each_object_and_says_what_it_is() -> None:
    one, other = quick(), quick()
    assert one.number is one.number
    assert one.number is not other.number
    assert (one.asked, other.asked) == (1, 1)
    assert Thing.number.__doc__ == "Whatever."


def test_no_object_waits_for_another_one_and_no_child_for_a_thread_of_its_parent() -> None:
    slow = Thing()
    thread = threading.Thread(target=lambda: slow.number)
    thread.start()
    assert slow.entered.wait(LONG_S)

    def work() -> None:
        signal.alarm(LONG_S)
        assert quick().number == [1]

    try:
        assert in_child(work) == 0
        assert quick().number == [1]
    finally:
        slow.left.set()
        thread.join(LONG_S)
