"""Any words to the whole tree of commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from hypothesis import strategies as st

from tests.fuzz.homes import stocked
from tests.fuzz.mixpanel import mixpanel
from tests.fuzz.program import FORMATS, check_run, mp, working_in
from tests.fuzz.target import Check, target
from tests.fuzz.texts import ODD, mostly, os_texts
from tests.support.cli_commands import EVERY, tree

_LASTING = {"demo", "sandbox"}
"""What runs until it is stopped, or for long."""

_COMMANDS = {words: command for words, command in tree() if words not in _LASTING}
_VALUES = [
    "ci",
    "me",
    "held",
    "shop",
    "us",
    "9",
    "3",
    "json",
    "oauth_token",
    "GET",
    "/me",
    "-",
    "x.json",
]
VALUES = mostly(
    st.sampled_from(_VALUES), st.sampled_from([o for o in ODD if "\0" not in o]) | os_texts, 4
)


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """Draw the words of a command that is there, with options that it has, and other words."""
    name = draw(st.sampled_from(sorted(_COMMANDS)))
    right = EVERY.get(name, "").split()
    words = draw(mostly(st.just(right), st.lists(VALUES, max_size=3), 2))
    context = click.Context(_COMMANDS[name])
    params = _COMMANDS[name].get_params(context)
    own = [option for param in params for option in param.opts if option.startswith("-")]
    for option in draw(st.lists(st.sampled_from(own), max_size=3)):
        given = draw(
            st.sampled_from([[option], [option, draw(VALUES)], [f"{option}={draw(VALUES)}"]])
        )
        words = draw(st.sampled_from([[*words, *given], [*given, *words]]))
    return [*name.split(), *words]


INPUTS = st.tuples(
    mostly(lines(), st.lists(VALUES, max_size=5)),
    st.none() | st.sampled_from(FORMATS),
    mostly(st.just(b""), st.binary(max_size=20)),
)


def run(directory: Path) -> Iterator[Check]:
    home = directory / "home"

    def check(drawn: tuple[list[str], str | None, bytes]) -> None:
        words, form, stdin = drawn
        if not _LASTING.isdisjoint(words):
            return
        stocked(home)
        env = {"HOME": str(home), "MP_API_BASE_URL": server.url}
        front = [] if form is None else ["--format", form]
        done = mp([*front, *words], env, stdin)
        shows_text = not {"--help", "--version", "help", "completion"}.isdisjoint(words)
        shows_secret = "token" in words
        if not shows_secret:
            check_run(done, None if shows_text or "-f" in str(words) else form)

    with mixpanel() as server, working_in(directory):
        yield check


COMMAND_LINES = target("command-lines", INPUTS)(run)
