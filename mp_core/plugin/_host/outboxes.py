"""The outboxes of this process: each audit log has its own, so that none waits for another."""

from __future__ import annotations

import os
import sys
import time
from typing import Final

from mp_core._network.deadline import Deadline
from mp_core.plugin._host.loading import Key
from mp_core.plugin._host.outbox import Outbox

PATIENCE_S: Final = 2.0
"""How long all that is open is waited for when a process ends."""

_LEAST_S: Final = 0.05
"""How long an audit log is waited for that is in time, after another one that was not."""

_FORK_PATIENCE_S: Final = 0.5
"""How long a fork waits for the deliveries that are being made."""


class Outboxes:
    """The outboxes of one process."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Have none, as a forked child has none: those of its parent have no threads in it."""
        self._all: dict[Key, Outbox] = {}
        self._end_left_s = PATIENCE_S

    def of(self, key: Key) -> Outbox:
        """Return the outbox of an audit log."""
        box = self._all.get(key)
        if box is None:
            box = self._all.setdefault(key, Outbox(key[1]))  # That of another thread, if faster.
            _finish_where_python_does_not(self)
        return box

    def finish(self, patience_s: float = PATIENCE_S) -> None:
        """Wait until nothing is open in any of them; say what is left, and give it up.

        Args:
            patience_s: How long to wait in all.
        """
        deadline, boxes = Deadline(patience_s), list(self._all.values())
        try:
            for box in boxes:
                box.wait(deadline)
        finally:
            for box in boxes:
                box.give_up()

    def finish_at_end(self) -> None:
        """Finish in a process that is ending, which is held up by one patience in all."""
        began = time.monotonic()
        try:
            self.finish(self._end_left_s)
        finally:
            left_s = self._end_left_s - (time.monotonic() - began)
            self._end_left_s = max(_LEAST_S, left_s)

    def pause(self) -> None:
        """Let no delivery be under way at a fork: a child would keep the locks that it holds.

        Among them are those of the modules that a delivery imports, for which whoever imports them
        in the child would wait for ever. One that takes long is not waited for to its end.
        """
        deadline = Deadline(_FORK_PATIENCE_S)
        for box in list(self._all.values()):
            box.pause(deadline)

    def resume(self) -> None:
        """Go on after a fork."""
        for box in list(self._all.values()):
            box.resume()


outboxes: Final = Outboxes()
os.register_at_fork(
    before=outboxes.pause, after_in_parent=outboxes.resume, after_in_child=outboxes.begin
)


def _finish_where_python_does_not(all_: Outboxes) -> None:
    """Have a worker of `multiprocessing` finish, too: where it was forked, no `atexit` runs."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(None, all_.finish, exitpriority=0)
