"""One outbox for each audit log: what one of them does is nothing to another."""

from __future__ import annotations

import os
import threading
import time

import pytest

from mp_core.errors import CredentialWarning
from mp_core.plugin._host.outboxes import Outboxes, outboxes
from tests.support.child_processes import in_child

LONG_S = 60
SLOW, SOUND = ("mp_core.extensions", "slow"), ("mp_core.extensions", "sound")


def test_h100_one_that_hangs_keeps_nothing_from_another() -> None:
    boxes, seen, left = Outboxes(), list[int](), threading.Event()
    for number in range(100):
        boxes.of(SLOW).put(lambda: (left.wait(LONG_S), None)[1])
        boxes.of(SOUND).put(lambda number=number: seen.append(number))  # type: ignore[misc]
    with pytest.warns(CredentialWarning, match="100 audit events were not recorded by 'slow'"):
        boxes.finish(1)
    left.set()
    assert seen == [*range(100)]


def test_h100_all_are_waited_for_together_and_then_hardly_any_more() -> None:
    boxes, left = Outboxes(), threading.Event()
    began = time.monotonic()
    for each in range(30):
        box = boxes.of(("mp_core.extensions", f"log {each}"))
        box.put(lambda: (left.wait(LONG_S), None)[1])
        with pytest.warns(CredentialWarning, match="1 audit event was not recorded"):
            boxes.finish_at_end()
    left.set()
    assert time.monotonic() - began < 30  # One patience for each would be twice as long.


def test_threads_that_come_at_once_have_the_same_one() -> None:
    boxes, found, start = Outboxes(), set[int](), threading.Barrier(50)

    def find() -> None:
        start.wait(LONG_S)
        found.add(id(boxes.of(SOUND)))

    threads = [threading.Thread(target=find) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG_S)
    assert len(found) == 1


def test_a_forked_child_has_its_own_and_repeats_nothing() -> None:
    reading, writing = os.pipe()
    outboxes.of(SOUND).put(lambda: (os.write(writing, b"p"), None)[1])
    outboxes.finish(LONG_S)

    def work() -> None:
        outboxes.of(SOUND).put(lambda: (os.write(writing, b"c"), None)[1])
        outboxes.finish(LONG_S)

    assert in_child(work) == 0
    assert os.read(reading, 10) == b"pc"


def test_no_delivery_is_under_way_at_a_fork_so_that_a_child_lacks_no_lock() -> None:
    lock, entered = threading.Lock(), threading.Event()

    def deliver() -> None:
        with lock:
            entered.set()
            time.sleep(0.1)

    for _ in range(20):
        outboxes.of(SOUND).put(deliver)
    assert entered.wait(LONG_S)

    def work() -> None:
        assert lock.acquire(timeout=1)

    assert in_child(work) == 0
    assert in_child(work) == 0
    outboxes.finish(LONG_S)


def test_a_delivery_that_hangs_delays_a_fork_a_little_and_may_fork_itself() -> None:
    left, forked = threading.Event(), list[int]()

    def deliver() -> None:
        forked.append(in_child(lambda: None))
        left.wait(LONG_S)

    outboxes.of(SOUND).put(deliver)
    began = time.monotonic()
    assert in_child(lambda: None) == 0
    assert time.monotonic() - began < LONG_S / 2
    left.set()
    outboxes.finish(LONG_S)
    assert forked == [0]
