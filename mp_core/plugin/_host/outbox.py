"""Deliveries that nobody waits for: one thread makes them in order, and none is lost silently.

The thread is none that Python waits for at its end, so that one delivery that hangs holds nobody
up. What is open at the end of the process is waited for, for a short time, and what is left then is
counted and said.
"""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final

from mp_core._network.deadline import Deadline
from mp_core._warning import tell

LIMIT: Final = 10_000
"""How many deliveries may be open."""

Delivery = Callable[[], None]
"""One delivery; it does not raise. Each is an object of its own."""


class Outbox:
    """The deliveries to one audit log, made one after the other by a thread of their own.

    Args:
        name: The audit log.
        limit: How many may be open; one more is lost, which is said.
    """

    def __init__(self, name: str, limit: int = LIMIT) -> None:
        self._name = name
        self._limit = limit
        self._queue: SimpleQueue[Delivery] = SimpleQueue()
        self._open: dict[Delivery, None] = {}
        self._taken = threading.Lock()
        self._at_work = threading.RLock()  # Its own thread may fork, too.
        self._waiting: list[threading.Lock] = []
        self._refused: list[None] = []
        self._has_thread = False
        self._is_stuck = False
        self._lost = 0

    def put(self, delivery: Delivery) -> None:
        """Take a delivery; this waits for nothing."""
        if len(self._open) >= self._limit:
            self._refuse()
            return
        self._open[delivery] = None
        self._queue.put(delivery)
        self._launch()

    def wait(self, deadline: Deadline) -> None:
        """Wait until nothing is open.

        Who has waited in vain for the delivery that is being made does not wait for it again.
        """
        if self._is_stuck:
            deadline = Deadline(0.0)
        if not self._has_thread:
            self._deliver_here(deadline)
        self._await(deadline)

    def give_up(self) -> None:
        """Let what is open still be lost, and say how much that is with what was lost before.

        The number alone would be said once: Python repeats no warning in the same words.
        """
        left, refused = len(self._open), len(self._refused)
        self._is_stuck = self._is_stuck or left > 0
        self._open.clear()
        self._refused.clear()
        if left or refused:
            self._lost += left + refused
            tell(
                f"{_counted(self._lost)} not recorded by {self._name!r}, an audit log that is"
                " slow, or hangs."
            )

    def pause(self, deadline: Deadline) -> None:
        """Let no delivery be under way until this thread resumes, unless one takes too long."""
        self._at_work.acquire(timeout=deadline.left_s())

    def resume(self) -> None:
        """Go on with what was paused, if it was."""
        with suppress(RuntimeError):  # It was not.
            self._at_work.release()

    def _refuse(self) -> None:
        if not self._refused:
            tell(
                f"The audit log {self._name!r} is {self._limit} events behind; what comes now is"
                " not recorded there."
            )
        self._refused.append(None)

    def _launch(self) -> None:
        """Start the thread; several may start at once, of which one stays."""
        if self._has_thread:
            return
        try:
            # One call into C: what starts a `Thread` takes locks, which an interruption keeps.
            _thread.start_new_thread(self._run, ())
        except RuntimeError:
            return  # There are too many, or the process ends: the next one tries, or `finish`.
        self._has_thread = True

    def _run(self) -> None:
        if self._taken.acquire(blocking=False):
            while True:
                self._deliver(self._queue.get())

    def _deliver_here(self, deadline: Deadline) -> None:
        while deadline.left_s() and self._open:
            try:
                self._deliver(self._queue.get_nowait())
            except Empty:
                return

    def _deliver(self, delivery: Delivery) -> None:
        if delivery in self._open:
            with self._at_work:
                delivery()
            self._open.pop(delivery, None)
            self._is_stuck = False
        while not self._open and self._waiting:
            self._waiting.pop().release()

    def _await(self, deadline: Deadline) -> None:
        # Whoever empties `_open` releases who stands here by then, and who comes later sees it.
        end = threading.Lock()
        end.acquire()
        self._waiting.append(end)
        if self._open:
            end.acquire(timeout=deadline.left_s())


def _counted(events: int) -> str:
    return "1 audit event was" if events == 1 else f"{events} audit events were"
