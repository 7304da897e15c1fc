"""The outbox: in order, without waiting, and with a word for whatever is not delivered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from mp_core._network.deadline import Deadline
from mp_core.errors import CredentialWarning
from mp_core.plugin._host.outbox import Outbox

LONG_S = 60


def finish(box: Outbox, patience_s: float = LONG_S) -> None:
    box.wait(Deadline(patience_s))
    box.give_up()


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
    finish(box)
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
    finish(box)
    assert sorted(seen) == sorted([*range(200)] * 8)


def test_h100_who_puts_waits_for_no_delivery() -> None:
    box, seen = Outbox("log"), list[int]()
    with hanging(box):
        box.put(noting(seen, 1))
        assert seen == []
    finish(box)
    assert seen == [1]


def test_h100_what_hangs_is_given_up_and_counted() -> None:
    box, seen = Outbox("log"), list[int]()
    with hanging(box):
        for number in range(2):
            box.put(noting(seen, number))
        with pytest.warns(CredentialWarning, match="3 audit events were not recorded"):
            finish(box, 0.1)
        finish(box)  # Nothing is open any more, so that nobody waits, or is told again.
        box.put(noting(seen, 7))
        started = time.monotonic()
        with pytest.warns(CredentialWarning, match="4 audit events were not recorded"):
            finish(box)  # It hangs still, which was waited for.
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
        finish(box)
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
    finish(box)
    assert seen == [1, 2]
