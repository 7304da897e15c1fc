"""What a provider's interactive login is given: HTTP, a browser, a person, and a deadline."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mp_core.registrations import Registrations

if TYPE_CHECKING:
    import httpx

LOGIN_TIMEOUT_S: Final = 300.0
"""How long a person has to approve a login."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """The person at the terminal.

    Attributes:
        say: Shows a line.
        ask: Asks for a line; raises `EOFError` when input has ended. None without a terminal.
        browse: Opens a browser at an address and returns whether it thinks that worked.
    """

    say: Callable[[str], None]
    ask: Callable[[str], str] | None
    browse: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class LoginFlow:
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


def process_terminal() -> Terminal:
    """Return the terminal of the process; nothing is asked unless stdin and stderr are one."""
    interactive = sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
    return Terminal(say=_say, ask=_ask if interactive else None, browse=_browse)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _ask(question: str) -> str:
    print(question, end=" ", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()


def _browse(url: str) -> bool:
    import webbrowser

    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False
