"""The person at the terminal who logs in: what is said, asked, and opened in a browser."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import NamedTuple, TextIO

from mp_core._env import Environ
from mp_core._login.browsers import browsers
from mp_core._login.keyboard import typed_line
from mp_core._login.private_page import PrivatePages
from mp_core._runtime.context import Context


class Terminal(NamedTuple):
    """The person at the terminal.

    Attributes:
        say: Shows a line.
        ask: Asks for a line; raises `EOFError` when input has ended. None without a terminal.
        browse: Opens a browser at an address, which no other user of the machine gets to see, and
            returns whether it thinks that worked.
        close: Removes what a browser was opened with.
    """

    say: Callable[[str], None]
    ask: Callable[[str], str] | None
    browse: Callable[[str], bool]
    close: Callable[[], None] = lambda: None


def process_terminal(env: Environ) -> Terminal:
    """Return the terminal of the process; nothing is asked unless stdin and stderr are one."""
    is_interactive = _is_terminal(sys.stdin) and _is_terminal(sys.stderr)
    pages = PrivatePages(env)
    return Terminal(
        say=_say,
        ask=_ask if is_interactive else None,
        browse=functools.partial(_browse, env, pages),
        close=pages.remove,
    )


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _say(line: str) -> None:
    if sys.stderr is not None:  # `print` would write to stdout instead.
        print(line, file=sys.stderr, flush=True)


def _ask(question: str) -> str:
    return typed_line(f"{question} ", is_hidden=False).strip()


def _browse(env: Environ, pages: PrivatePages, address: str) -> bool:
    found = browsers(env)
    try:
        page = pages.leading_to(address) if found else ""
    except OSError:
        return False
    context = Context(env=env)
    return any(browser.opens(context, page) for browser in found)
