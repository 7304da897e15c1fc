"""`Retry-After` and `Date`, whatever they hold: short pauses, and errors that can be shown."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import httpx
from hypothesis import strategies as st

from mp_core._api.client import Call, MixpanelClient
from mp_core._network.retries import PATIENCE_S, RETRIES
from mp_core._resolution.resolver import inputs_in, resolve
from mp_core._values.selection import NOTHING
from mp_core.cli.output.cells import as_json
from mp_core.errors import MpError, RateLimitError
from tests.fuzz.homes import context_in, stocked
from tests.fuzz.program import strict_json
from tests.fuzz.target import Check, ours, target
from tests.fuzz.texts import mostly, texts

DATES = [
    *[
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ],
    *[
        "Sat, 29 Feb 2100 00:00:00 GMT",
        "Sun, 06 Nov 9999 23:59:59 -2359",
        "Mon, 1 Jan 0001 00:00:00",
    ],
    *[
        "Thu, 01 Jan 1970 00:00:60 GMT",
        "x, 1 Jan 99999 0:0:0 GMT",
        "1 Jan 1 00:00 +9999",
        "1 2 3 4 5",
    ],
]
VALUES = st.one_of(
    st.integers(0, 10**400).map(str),
    st.floats().map(str),
    st.integers(0, 100).map(str),
    st.sampled_from(DATES),
    st.sampled_from(DATES).flatmap(lambda date: st.permutations(date.split(" ")).map(" ".join)),
    texts,
)
INPUTS = st.tuples(
    mostly(st.just(429), st.sampled_from([503, 502, 200])), st.lists(VALUES, max_size=2), VALUES
)


def waited(directory: Path) -> Iterator[Check]:
    home = stocked(directory / "home")

    def check(drawn: tuple[int, list[str], str]) -> None:
        status, values, date = drawn
        headers = [(b"Retry-After", value.encode()) for value in values]
        headers.append((b"Date", date.encode()))

        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(status, headers=headers, json={"error": "slow down"})

        context = context_in(home, answer)
        slept: list[float] = []
        client = MixpanelClient(context, sleep=slept.append)
        session = resolve(inputs_in(context, NOTHING)).session
        done = ours(lambda: client.send(Call("GET", "/me", {}), session))
        client.close()
        assert len(slept) <= RETRIES
        assert all(0 <= pause <= PATIENCE_S for pause in slept), slept
        if isinstance(done, MpError):
            _check_shown(done)

    yield check


def _check_shown(error: MpError) -> None:
    assert "inf" not in error.message.split()
    strict_json(as_json(error.details))
    if isinstance(error, RateLimitError) and error.retry_after is not None:
        assert math.isfinite(error.retry_after)
        assert error.retry_after >= 0
        assert len(error.message) < 500, "a number fills the screen"


PAUSES = target("pauses", INPUTS)(waited)
