"""Which secrets and tokens prove which identity, now."""

from __future__ import annotations

import base64
import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

from mp_core.sandbox.world import SandboxIdentity


class Credentials:
    """The identities and everything that proves them; safe to use from any thread.

    Args:
        identities: At least one, without a shared id, name, username or token.
        clock: Seconds since the epoch, for the expiry of tokens.

    Raises:
        ValueError: There is no identity, or two of them could not be told apart.
    """

    def __init__(self, identities: Sequence[SandboxIdentity], clock: Callable[[], float]) -> None:
        _require_distinct(identities)
        self._clock = clock
        self._identities = {i.user_id: i for i in identities}
        self._tokens = {i.token: (i.user_id, math.inf) for i in identities}

    @property
    def identities(self) -> tuple[SandboxIdentity, ...]:
        """The identities with their current secrets, in the order they were given."""
        return tuple(self._identities.values())

    @property
    def person(self) -> SandboxIdentity:
        """Who logs in unless told otherwise: the second identity, since the first is a robot."""
        return self.identities[:2][-1]

    def identify(self, authorization: str | None) -> SandboxIdentity | None:
        """Return whose credential an `Authorization` value carries, or None if it is not valid."""
        scheme, _, proof = (authorization or "").partition(" ")
        match scheme.lower():
            case "basic":
                return self._by_secret(proof.strip())
            case "bearer":
                return self._by_token(proof.strip())
        return None

    def rotate_secret(self, identity: SandboxIdentity) -> SandboxIdentity:
        """Give the identity a new secret and return it; the old secret is refused from now on."""
        secret = f"fake-secret-of-{identity.name}-{secrets.token_hex(8)}"
        renewed = replace(self._identities[identity.user_id], secret=secret)
        self._identities[identity.user_id] = renewed
        return renewed

    def issue_token(self, identity: SandboxIdentity, expires_in_s: float) -> str:
        """Return a new Bearer token of the identity."""
        token = f"fake-token-of-{identity.name}-{secrets.token_hex(8)}"
        self._tokens[token] = (identity.user_id, self._clock() + expires_in_s)
        return token

    def revoke_token(self, token: str) -> bool:
        """Refuse the token from now on; return whether it was known."""
        return self._tokens.pop(token, None) is not None

    def expire_tokens(self) -> None:
        """Refuse every issued token from now on, as if its time were over."""
        for token, (_, expires_at) in [*self._tokens.items()]:
            if expires_at < math.inf:
                self._tokens.pop(token, None)

    def _by_secret(self, proof: str) -> SandboxIdentity | None:
        try:
            username, _, secret = base64.b64decode(proof, validate=True).decode().partition(":")
        except ValueError:
            return None
        known = ((i.username, i.secret, i) for i in self.identities)
        return next((i for u, s, i in known if (u, s) == (username, secret)), None)

    def _by_token(self, token: str) -> SandboxIdentity | None:
        user_id, expires_at = self._tokens.get(token, (0, -math.inf))
        return self._identities.get(user_id) if self._clock() < expires_at else None


def _require_distinct(identities: Sequence[SandboxIdentity]) -> None:
    if not identities:
        raise ValueError("A sandbox needs at least one identity.")
    for name in ("user_id", "name", "username", "token"):
        if len({getattr(i, name) for i in identities}) < len(identities):
            raise ValueError(f"Two identities share one {name}.")
