"""What the handler of a signal raises while a plugin runs is the program's, not the plugin's."""

from __future__ import annotations

import functools
import signal
from collections.abc import Callable

import pytest

from tests.support.plugin_modules import CARD, TICKET, announce, cards, header, host_of


class Late(Exception):
    """The program has waited for too long."""


class Alarm:
    """The handler of a signal that is an object with a method."""

    def ring(self, *_: object) -> None:
        raise Late

    __call__ = ring


def exits(*_: object) -> None:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        (exits, SystemExit),
        (Alarm(), Late),
        (Alarm().ring, Late),
        (functools.partial(Alarm().ring, 1), Late),
    ],
    ids=["function", "object", "method", "partial"],
)
@pytest.mark.parametrize("where", ["hook", "loading"])
def test_h71_what_the_handler_of_a_signal_raises_in_a_plugin_reaches_the_program(
    handler: Callable[..., None], error: type[BaseException], where: str
) -> None:
    def strike() -> str:
        signal.raise_signal(signal.SIGTERM)
        return "never"

    class Striking:
        """An entry point whose module is loaded when the signal comes."""

        def __getattribute__(self, name: str) -> object:
            return strike()

    host = host_of(cards(mp_auth_header=strike), announce("ticket", Striking()))
    before = signal.signal(signal.SIGTERM, handler)
    try:
        with pytest.raises(error):
            header(host, CARD if where == "hook" else TICKET)
    finally:
        signal.signal(signal.SIGTERM, before)
