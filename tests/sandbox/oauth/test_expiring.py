"""How long the sandbox keeps what is good for one use."""

from __future__ import annotations

from mp_core.sandbox.oauth.expiring import Expiring


def test_a_value_is_taken_once_and_in_time() -> None:
    now = [1000.0]
    store = Expiring[str](10, lambda: now[0])
    early, late = store.put("a"), store.put("b")
    now[0] += 9.9
    assert [store.take(early), store.take(early)] == ["a", None]
    now[0] += 0.1
    assert store.take(late) is None
