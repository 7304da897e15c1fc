"""What a provider's login is given: HTTP, a client registration, a person, and a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from mp_core._public import exported_from

if TYPE_CHECKING:
    import httpx

    from mp_core.plugin.tokens import OAuthClientInfo


class Registrations(Protocol):
    """One account's slot for a client registration."""

    def load(self) -> OAuthClientInfo | None:
        """Return the registration for the account's region, or None."""
        ...

    def save(self, client: OAuthClientInfo) -> None:
        """Keep a registration; it is written when the login succeeds."""
        ...

    def forget(self) -> None:
        """Drop the registration at once: the server does not know it."""
        ...


@exported_from("mp_core.plugin")
class LoginFlow(NamedTuple):
    """The surroundings of one login.

    Attributes:
        http: A client whose relative addresses are below the OAuth address of the account's region.
            What it raises says why in its text, and what to do in its note.
        registrations: The account's client registration.
        say: Shows a line to the person.
        ask: Asks the person for a line, or None when nobody can answer.
        browse: Opens a browser at an address, or None when the person wants none.
        deadline_s: End of the login, on the clock of `time.monotonic()`.
        command: What a person types to start it anew. An error without a hint names it.
    """

    http: httpx.Client
    registrations: Registrations
    say: Callable[[str], None]
    ask: Callable[[str], str] | None
    browse: Callable[[str], bool] | None
    deadline_s: float
    command: str = "mp login"

    def remaining_s(self) -> float:
        """Return the seconds that are left, not less than 0."""
        return max(0.0, self.deadline_s - time.monotonic())
