"""Work that ends once it has begun, whatever becomes of those who wait for it.

A refresh token is spent with the request: who is interrupted between that and the saved tokens has
lost the login. So the work belongs to a thread of its own, which no signal reaches and which the
interpreter waits for when it ends, and callers only wait for the thread.
"""

from __future__ import annotations

import _thread
import atexit
import os
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, Final, Generic, TypeVar, cast

from mp_core._network.closing import closed, has_ended
from mp_core._network.deadline import Deadline
from mp_core._tokens.deferral import signals_deferred
from mp_core._warning import go_on, tell
from mp_core.errors import MpError

T = TypeVar("T")

_PUT_OFF: Final = 2
"""How many interruptions are put off; the next one ends the wait."""

_SLACK_S: Final = 1.0
"""How much longer than its deadline the work is waited for: it says better why it failed."""

_SLICE_S: Final = 0.1
"""How long a signal may stay unnoticed that comes just before the wait, or on Windows."""

_under_way: Final[set[Flight[Any]]] = set()

_ended: Final[set[int]] = set()
"""This process, once it is ending."""


class CalledOffError(Exception):
    """The work was not begun, since who had asked for it was interrupted before."""


class NotFinishedError(MpError):
    """The work cannot be waited for any longer, or cannot be begun any more."""


class Flight(Generic[T]):
    """One run of some work, which any number of threads wait for.

    Attributes:
        is_over: Whether the work has ended, or was called off.
    """

    def __init__(self, work: Callable[[Flight[T]], T], deadline: Deadline, *, doing: str) -> None:
        """Take the work; it starts when its result is first asked for.

        Args:
            work: What to do. It calls `begin` before what must not be left half done.
            deadline: When the work ends by itself.
            doing: What a person who interrupts is told that it does.
        """
        self.is_over = False
        self._doing = doing
        self._next: dict[None, Flight[T]] = {}
        self._work = copy_context().run, work
        self._deadline = deadline
        self._process = os.getpid()
        self._taken = threading.Lock()
        self._decided = threading.Lock()
        self._is_apart = False
        self._waiting: list[threading.Lock] = []
        self._outcome: tuple[T | None, BaseException | None] = None, None

    @classmethod
    def past(cls) -> Flight[Any]:
        """Return one that was over before anybody asked."""
        flight: Flight[Any] = cls(lambda _: cast("T", None), Deadline(0), doing="")
        flight.is_over = True
        return flight

    def last(self) -> Flight[T]:
        """Return the last flight of those that followed this one."""
        flight = self
        while following := flight._next.get(None):
            flight = following
        return flight

    def or_else(self, new: Flight[T]) -> Flight[T]:
        """Return this flight, or, when it is over, the one that follows it: a new one or another's.

        This takes no lock, which an interruption could leave behind.
        """
        return self._next.setdefault(None, new) if self.is_over else self

    def begin(self) -> None:
        """Go on to what must not be left half done.

        Raises:
            CalledOffError: Nobody wants it any more.
        """
        if self.is_off() or not self._decided.acquire(blocking=False):
            raise CalledOffError
        go_on()

    def is_off(self) -> bool:
        """Return whether the work, while it has not begun, need not go on.

        Threads that Python does not wait for have no time left once its main thread has ended.
        """
        return self._decided.locked() or (self._is_apart and _is_ending())

    def result(self) -> T:
        """Wait for the end of the work and return what it returned, or raise what it raised.

        What interrupts the wait is raised at once while the work has not begun, and else when it
        has ended; the third interruption is not made to wait.

        Raises:
            APIError: Another thread closed what this one waits for; the work goes on.
            CalledOffError: The work was not begun, since another who waited was interrupted.
            NotFinishedError: It takes longer than its deadline, or the program is ending.
        """
        if interruption := self.outlast():
            raise interruption
        if not self.is_over and has_ended():
            raise closed(f"the wait for {self._doing}")
        if not self.is_over:
            raise NotFinishedError(f"{self._doing} takes too long.")
        value, error = self._outcome
        if error is not None:
            raise error
        return cast("T", value)

    def outlast(self) -> BaseException | None:
        """Wait for the end of the work, and return what interrupted the wait."""
        struck: list[BaseException] = []
        self._wait_through(_PUT_OFF, struck)
        return struck[0] if struck else None

    def _wait_through(self, depth: int, struck: list[BaseException]) -> None:
        """Wait, and put interruptions off; what strikes where one is put off, the caller puts off.

        Args:
            depth: How many callers there are for that.
            struck: What was put off.
        """
        if depth == 0:
            self._wait()
            return
        try:
            self._wait_through(depth - 1, struck)
        except BaseException as interruption:
            struck.append(interruption)
            if self._decided.acquire(blocking=False) or len(struck) > _PUT_OFF:
                raise
            if len(struck) == 1 and not self.is_over:
                self._tell()
            self._wait_through(depth - 1, struck)

    def belongs_here(self) -> bool:
        """Return whether this process does the work, and not the one that it was forked from."""
        return self._process == os.getpid()

    def _wait(self) -> None:
        if not self._taken.locked():
            self._launch()
        # A lock for each who waits, since one that is shared would not survive an interruption.
        end = threading.Lock()
        end.acquire()
        self._waiting.append(end)
        deadline = Deadline(self._deadline.left_s() + _SLACK_S)
        while not (self.is_over or has_ended()) and (left_s := deadline.left_s()):
            end.acquire(timeout=min(left_s, _SLICE_S))

    def _launch(self) -> None:
        """Start the thread; at the program's end, when none may start, do the work here."""
        if not _is_ending():
            try:
                # One call into C: what starts a `Thread` takes locks, and would keep them.
                _thread.start_new_thread(self._hand_over, ())
                return
            except RuntimeError:  # There are too many, or the program ends at this moment.
                pass
        if _is_main():
            with signals_deferred(self._tell):
                self._run()
        elif threading.current_thread().daemon and _is_ending():
            raise NotFinishedError("the program is ending.")
        else:
            self._run()

    def _hand_over(self) -> None:
        """Have the work done by a thread that Python waits for."""
        self._is_apart = True
        try:
            threading.Thread(target=self._run, name="mp-refresh", daemon=False).start()
        except RuntimeError:
            self._run()

    def _tell(self) -> None:
        tell(f"{self._doing}…")

    def _run(self) -> None:
        # An interrupted caller may have started a thread without knowing, and another one since.
        if not self._taken.acquire(blocking=False):
            return
        _under_way.add(self)
        run, work = self._work
        try:
            self._outcome = run(work, self), None
        except BaseException as error:
            self._outcome = None, error
        self.is_over = True
        _under_way.discard(self)
        while self._waiting:
            self._waiting.pop().release()


def _is_main() -> bool:
    return threading.get_ident() == threading.main_thread().ident


def _is_ending() -> bool:
    """Return whether Python's main thread has ended, so that no thread is waited for any more.

    In the main thread nobody asks it whether it is alive: interrupted there, Python 3.11 takes it
    for ended. What another thread has found counts.
    """
    if not _is_main() and not threading.main_thread().is_alive():
        _ended.add(os.getpid())
    return os.getpid() in _ended


@atexit.register
def _outlast_all() -> None:
    """Wait at the exit for what is under way, also when Python's own wait was interrupted."""
    for flight in list(_under_way):
        if flight.belongs_here():
            flight.outlast()
