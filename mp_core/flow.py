"""What a provider's interactive login is given: HTTP, a browser, a person, and a deadline."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple, TextIO

from mp_core.env import Environ
from mp_core.registrations import Registrations

if TYPE_CHECKING:
    import httpx

LOGIN_TIMEOUT_S: Final = 300.0
"""How long a person has to approve a login."""


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


class LoginFlow(NamedTuple):
    """The surroundings of one login.

    Attributes:
        http: A client whose relative addresses are below the OAuth address of the account's region.
        registrations: The account's client registration.
        say: Shows a line to the person.
        ask: Asks the person for a line, or None when nobody can answer.
        browse: Opens a browser at an address, or None when the person wants none.
        deadline_s: End of the login, on the clock of `time.monotonic()`.
    """

    http: httpx.Client
    registrations: Registrations
    say: Callable[[str], None]
    ask: Callable[[str], str] | None
    browse: Callable[[str], bool] | None
    deadline_s: float

    def remaining_s(self) -> float:
        """Return the seconds that are left, not less than 0."""
        return max(0.0, self.deadline_s - time.monotonic())


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
