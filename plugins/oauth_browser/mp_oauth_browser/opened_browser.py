"""What ties the answer of a login to the browser that was opened for it (RFC 6749 §10.12).

Every user of the machine can connect to a loopback listener. So the browser begins at the listener
as well, at an address that nobody else knows: it is given a cookie, is sent on to the authorization
server, and has to bring the cookie back with the answer.

The cookie is `Lax`, since the way back is a navigation from another site, and is of one host alone,
`localhost`, which the redirect URI names. Cookies know no ports. So the name tells logins apart
that go on at once; and another user's process, to which a page may send the person's browser, can
see the cookie. That is worth nothing without the `state`, which does not go there.
"""

from __future__ import annotations

import secrets
from typing import Final
from urllib.parse import parse_qs

_COOKIE_S: Final = 600
"""How long the browser keeps the cookie: longer than a login may take."""
_RULES: Final = "Path=/callback; HttpOnly; SameSite=Lax"


class OpenedBrowser:
    """The browser that is opened for a login, as the listener on a port knows it again.

    Attributes:
        has_come: Whether it has been here.
    """

    def __init__(self, port: int) -> None:
        """Take the port, and make the secrets."""
        self._port = port
        self._name = f"mp_login_{port}"
        self._key = secrets.token_urlsafe(32)
        self._value = secrets.token_urlsafe(32)
        self._target: str | None = None
        self.has_come = False

    def start_address(self, target: str) -> str:
        """Return where the browser starts, to be sent on to the target; it is as secret as that."""
        self._target = target
        return f"http://localhost:{self._port}/start?key={self._key}"

    def target_for(self, query: str) -> str | None:
        """Return where a browser is sent on to that knows the start address; None for others."""
        key = parse_qs(query).get("key", [""])[0]
        if self._target is None or not _is_same(key, self._key):
            return None
        self.has_come = True
        return self._target

    @property
    def cookie(self) -> str:
        """What the browser is to keep."""
        return f"{self._name}={self._value}; Max-Age={_COOKIE_S}; {_RULES}"

    @property
    def spent_cookie(self) -> str:
        """What makes the browser forget it."""
        return f"{self._name}=; Max-Age=0; {_RULES}"

    def sent(self, cookies: str) -> bool:
        """Return whether a request came from it, which had these cookies."""
        pairs = (each.strip().partition("=") for each in cookies.split(";"))
        return any(name == self._name and _is_same(value, self._value) for name, _, value in pairs)


def _is_same(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode(), secret.encode())
