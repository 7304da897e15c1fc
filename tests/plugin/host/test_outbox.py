"""Outboxes: in order, without waiting, and with a word for whatever is not delivered."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from mp_core.errors import CredentialWarning
from mp_core.plugin._host.outbox import Outbox
from mp_core.plugin._host.outboxes import Outboxes, outboxes
from mp_core.plugin.hooks import EXTENSIONS
from tests.support.child_processes import in_child

LONG_S = 60
LOG = EXTENSIONS, "log"


def noting(seen: list[int], number: int) -> Callable[[], None]:
    return lambda: seen.append(number)


@contextmanager
def hanging(box: Outbox) -> Iterator[None]:
    """Let a delivery hang while the block runs."""
    entered, left = threading.Event(), threading.Event()

    def hang() -> None:
        entered.set()
        left.wait(LONG_S)

    box.put(hang)
    assert entered.wait(LONG_S)
    try:
        yield
    finally:
        left.set()


def test_deliveries_are_made_in_order_by_one_thread() -> None:
    box, seen, threads = Outbox("log"), list[int](), set[int]()

    def note(number: int) -> None:
        seen.append(number)
        threads.add(threading.get_ident())

    for number in range(1000):
        box.put(partial(note, number))
    box.finish(LONG_S)
    assert seen == list(range(1000))
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_many_threads_lose_nothing() -> None:
    box, seen = Outbox("log"), list[int]()

    def put() -> None:
        for number in range(200):
            box.put(noting(seen, number))

    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG_S)
    box.finish(LONG_S)
    assert sorted(seen) == sorted([*range(200)] * 8)


def test_h100_who_puts_waits_for_no_delivery() -> None:
    box, seen = Outbox("log"), list[int]()
    with hanging(box):
        box.put(noting(seen, 1))
        assert seen == []
    box.finish(LONG_S)
    assert seen == [1]


def test_h100_what_hangs_is_given_up_and_counted() -> None:
    box, seen = Outbox("log"), list[int]()
    with hanging(box):
        for number in range(2):
            box.put(noting(seen, number))
        with pytest.warns(CredentialWarning, match="3 audit events were not recorded"):
            box.finish(0.1)
        box.finish(LONG_S)  # Nothing is open any more, so that nobody waits, or is told again.
        box.put(noting(seen, 7))
        started = time.monotonic()
        with pytest.warns(CredentialWarning, match="1 audit event was not recorded"):
            box.finish(LONG_S)  # It hangs still, which was waited for.
        assert time.monotonic() - started < LONG_S / 2
    delivered = threading.Event()
    box.put(delivered.set)
    assert delivered.wait(LONG_S)
    assert seen == []


def test_h100_what_comes_when_it_is_full_is_counted_and_said() -> None:
    box, seen = Outbox("log", limit=2), list[int]()
    with hanging(box):
        box.put(noting(seen, 1))
        with pytest.warns(CredentialWarning, match="2 events behind"):
            box.put(noting(seen, 2))
        box.put(noting(seen, 3))
    with pytest.warns(CredentialWarning, match="2 audit events were not recorded"):
        box.finish(LONG_S)
    assert seen == [1]


def test_where_no_thread_can_be_had_deliveries_are_made_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none_left(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    box, seen = Outbox("log"), list[int]()
    monkeypatch.setattr("_thread.start_new_thread", none_left)
    box.put(noting(seen, 1))
    box.put(noting(seen, 2))
    assert seen == []
    box.finish(LONG_S)
    assert seen == [1, 2]


def test_h100_one_that_hangs_keeps_no_other_waiting_and_is_named() -> None:
    boxes, seen = Outboxes(), list[int]()
    left, delivered = threading.Event(), threading.Event()
    boxes.put((EXTENSIONS, "a"), lambda: (left.wait(LONG_S), None)[1])
    boxes.put((EXTENSIONS, "b"), noting(seen, 1))
    boxes.put((EXTENSIONS, "b"), delivered.set)
    assert delivered.wait(LONG_S)
    assert seen == [1]
    with pytest.warns(CredentialWarning, match="1 audit event was .*: the audit log 'a' is slow"):
        boxes.finish(0.1)
    left.set()


def test_a_forked_child_has_its_own_and_repeats_nothing() -> None:
    seen = list[int]()
    outboxes().put(LOG, noting(seen, 1))
    outboxes().finish(LONG_S)
    reading, writing = os.pipe()

    def work() -> None:
        seen.clear()
        outboxes().put(LOG, lambda: (os.write(writing, b"x"), None)[1])
        outboxes().finish(LONG_S)
        assert seen == []

    assert in_child(work) == 0
    assert os.read(reading, 10) == b"x"
