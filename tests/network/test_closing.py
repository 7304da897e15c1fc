"""Waits that another thread may end."""

from __future__ import annotations

import threading

from mp_core._network.closing import has_set


def test_h93_a_wait_says_whether_it_was_ended_or_took_its_time() -> None:
    event = threading.Event()
    assert has_set(event, 0.01) is False
    event.set()
    assert has_set(event, 0) is True
