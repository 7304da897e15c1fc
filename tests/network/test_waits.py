"""What is said of a pause before it begins."""

from __future__ import annotations

import pytest

from mp_core._network.retries import RETRIES
from mp_core._network.waits import asked_pause, own_pause


@pytest.mark.parametrize(
    ("seconds", "length"), [(0.25, "0.25 s"), (1.26, "1.3 s"), (10.4, "10 s"), (3599.6, "3600 s")]
)
def test_h87_a_pause_is_said_with_its_length_and_the_try_that_follows(
    seconds: float, length: str
) -> None:
    said = own_pause(seconds, "Mixpanel answered 503", 0)
    assert said == f"Mixpanel answered 503; trying again (1 of {RETRIES}) in {length}."


def test_h87_a_pause_that_the_server_asks_for_is_said_with_its_reason() -> None:
    again = f"trying again (2 of {RETRIES})"
    asks = "Mixpanel asks for a pause of 30 s"
    assert (
        asked_pause(30, 429, "Too many queries", 1) == f"{asks} (429: Too many queries); {again}."
    )
    assert asked_pause(30, 429, "", 1) == f"{asks} (429); {again}."
