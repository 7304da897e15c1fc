"""The outboxes of a process: each audit log has its own, so that none waits for another one."""

from __future__ import annotations

import functools
import os
import sys
from typing import Final

from mp_core._network.deadline import Deadline
from mp_core.plugin._host.loading import Key
from mp_core.plugin._host.outbox import Delivery, Outbox

PATIENCE_S: Final = 2.0
"""How long what is open is waited for when a process ends, of all audit logs together."""


class Outboxes:
    """The outboxes, by the plugin that is the audit log; each is made when it is first needed."""

    def __init__(self) -> None:
        self._boxes: dict[Key, Outbox] = {}
        self._is_finalized = False

    def put(self, key: Key, delivery: Delivery) -> None:
        """Take a delivery for an audit log; this waits for nothing."""
        box = self._boxes.get(key) or self._boxes.setdefault(key, Outbox(key[1]))
        box.put(delivery)
        self._finish_where_python_does_not()

    def finish(self, patience_s: float = PATIENCE_S) -> None:
        """Wait until nothing is open, and have each say what is left when the patience ends."""
        deadline = Deadline(patience_s)
        for box in [*self._boxes.values()]:
            box.finish(deadline.left_s())

    def _finish_where_python_does_not(self) -> None:
        """Have a worker of `multiprocessing` finish, too: where it was forked, no `atexit` runs."""
        util = sys.modules.get("multiprocessing.util")
        if util is not None and not self._is_finalized:
            util.Finalize(None, self.finish, exitpriority=0)
            self._is_finalized = True


@functools.lru_cache(maxsize=1)
def _outboxes_of(process: int) -> Outboxes:
    return Outboxes()


def outboxes() -> Outboxes:
    """Return the outboxes of this process; a forked child has its own, which are empty."""
    return _outboxes_of(os.getpid())
