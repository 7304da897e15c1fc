"""The person at the terminal who logs in: what is said, asked, and opened in a browser."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import NamedTuple, TextIO

from mp_core._env import Environ


class Terminal(NamedTuple):
    """The person at the terminal.

    Attributes:
        say: Shows a line.
        ask: Asks for a line; raises `EOFError` when input has ended. None without a terminal.
        browse: Opens a browser at an address and returns whether it thinks that worked.
    """

    say: Callable[[str], None]
    ask: Callable[[str], str] | None
    browse: Callable[[str], bool]


def process_terminal(env: Environ) -> Terminal:
    """Return the terminal of the process; nothing is asked unless stdin and stderr are one."""
    is_interactive = _is_terminal(sys.stdin) and _is_terminal(sys.stderr)
    return Terminal(
        say=_say,
        ask=_ask if is_interactive else None,
        browse=_browse if _has_display(env) else _no_browser,
    )


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _has_display(env: Environ) -> bool:
    """Return whether a browser would open a window; a text browser would take over the terminal."""
    variables = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("darwin", "win32") or any(env.get(name) for name in variables)


def _say(line: str) -> None:
    if sys.stderr is not None:  # `print` would write to stdout instead.
        print(line, file=sys.stderr, flush=True)


def _ask(question: str) -> str:
    _drop_typed_ahead()
    print(question, end=" ", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()


def _drop_typed_ahead() -> None:
    """Drop what was typed before the question was there: it is no answer to it."""
    if sys.platform != "win32":
        import termios

        with contextlib.suppress(termios.error):
            termios.tcflush(sys.stdin, termios.TCIFLUSH)


def _no_browser(url: str) -> bool:
    return False


def _browse(url: str) -> bool:
    import webbrowser

    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False
