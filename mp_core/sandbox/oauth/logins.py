"""The logins that people have approved, each with the one pair of tokens that is valid now."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mp_core.sandbox.credentials import Credentials
from mp_core.sandbox.oauth.clients import SandboxClient
from mp_core.sandbox.oauth.responses import ProtocolError
from mp_core.sandbox.world import SandboxIdentity


@dataclass(frozen=True, slots=True)
class SandboxLogin:
    """What a person granted to a client, as it is now.

    Attributes:
        client_id: The client.
        identity: The person.
        scope: What was granted, separated by spaces.
        code: The authorization code that it was exchanged for.
        access_token: The newest one, even if it is not accepted any more.
        refresh_token: The newest one; None when the client did not register for any.
        lifetime_s: How long the newest access token lives, from when it was issued.
        refreshes: How often its tokens were renewed.
        is_revoked: Whether it has ended; then none of its tokens is accepted.
    """

    client_id: str
    identity: SandboxIdentity
    scope: str
    code: str = field(repr=False)
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    lifetime_s: int
    refreshes: int = 0
    is_revoked: bool = False


class Logins:
    """The logins; safe to use from any thread.

    A refresh replaces both tokens. Each refresh token names its login, so that a spent one is
    known for what it is however many there were.

    Args:
        credentials: Where access tokens are accepted.
        lifetime_s: Returns how long an access token lives.
    """

    def __init__(self, credentials: Credentials, lifetime_s: Callable[[], int]) -> None:
        self._credentials = credentials
        self._lifetime_s = lifetime_s
        self._lock = threading.Lock()
        self._logins: dict[str, SandboxLogin] = {}

    @property
    def all(self) -> tuple[SandboxLogin, ...]:
        """The logins, in the order in which they were made."""
        with self._lock:
            return tuple(self._logins.values())

    def begin(
        self, identity: SandboxIdentity, client: SandboxClient, scope: str, code: str
    ) -> SandboxLogin:
        """Return a new login."""
        key, lifetime_s = secrets.token_hex(16), self._lifetime_s()
        login = SandboxLogin(
            client_id=client.client_id,
            identity=identity,
            scope=scope,
            code=code,
            access_token=self._credentials.issue_token(identity, lifetime_s),
            refresh_token=_refresh_token(key) if "refresh_token" in client.grant_types else None,
            lifetime_s=lifetime_s,
        )
        with self._lock:
            self._logins[key] = login
        return login

    def refresh(self, refresh_token: str, client_id: str) -> SandboxLogin:
        """Return the login with new tokens (RFC 6749 §6).

        Raises:
            ProtocolError: `invalid_grant`. A spent token has been copied by somebody, so that the
                whole login ends (RFC 9700 §4.14.2).
        """
        with self._lock:
            key = _key(refresh_token)
            login = self._logins.get(key)
            if login is None or login.is_revoked:
                raise _invalid("The refresh token is not valid.")
            _require_client(login, client_id)
            if login.refresh_token != refresh_token:
                self._revoke(key)
                raise _invalid("The refresh token was spent before; the login is revoked.")
            return self._renew(key, login)

    def revoke(self, token: str, client_id: str) -> None:
        """Refuse an access token, or end the login of a refresh token (RFC 7009 §2.1).

        Raises:
            ProtocolError: `invalid_grant`: the token is another client's.
        """
        with self._lock:
            key = next((k for k, v in self._logins.items() if _is_of(token, k, v)), None)
            if key is None:
                return
            login = self._logins[key]
            _require_client(login, client_id)
            if token == login.access_token:
                self._credentials.revoke_token(token)
            else:
                self._revoke(key)

    def revoke_by_code(self, code: str) -> None:
        """End the login that was made with a code, which is back (RFC 6749 §4.1.2)."""
        with self._lock:
            for key in [k for k, login in self._logins.items() if login.code == code]:
                self._revoke(key)

    def _renew(self, key: str, login: SandboxLogin) -> SandboxLogin:
        lifetime_s = self._lifetime_s()
        self._credentials.revoke_token(login.access_token)
        self._logins[key] = replace(
            login,
            access_token=self._credentials.issue_token(login.identity, lifetime_s),
            refresh_token=_refresh_token(key),
            lifetime_s=lifetime_s,
            refreshes=login.refreshes + 1,
        )
        return self._logins[key]

    def _revoke(self, key: str) -> None:
        login = self._logins[key]
        self._credentials.revoke_token(login.access_token)
        self._logins[key] = replace(login, is_revoked=True)


def _refresh_token(key: str) -> str:
    return f"fake-refresh-{key}-{secrets.token_hex(16)}"


def _key(refresh_token: str) -> str:
    """Return the part that names a login. Who has it had one of the login's tokens."""
    return refresh_token.removeprefix("fake-refresh-").partition("-")[0]


def _is_of(token: str, key: str, login: SandboxLogin) -> bool:
    return token == login.access_token or _key(token) == key


def _require_client(login: SandboxLogin, client_id: str) -> None:
    if login.client_id != client_id:
        raise _invalid("The token was issued to another client.")


def _invalid(description: str) -> ProtocolError:
    return ProtocolError("invalid_grant", description)
