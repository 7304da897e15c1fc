"""Checks that what proves an account is declared as the secret that it is."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from typing import Final

import pytest

from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.testing.proof import FixedTokens, proof_by
from mp_core.testing.subject import Subject
from mp_core.testing.variation import fields_with, is_open, is_secret, open_texts, varied

_BEARERS: Final = ("fake-bearer-one", "fake-bearer-two")
_PROVING: Final = re.compile(
    "(auth|cookie|credential|key|pass|secret|sign|ticket|token)(?!.*-id$)", re.IGNORECASE
)
"""What the name of a header says that proves something, and does not just name who asks."""
_SHORTEST: Final = 4
"""Shorter texts turn up in any other."""


class CredentialChecks(Subject):
    """Whoever has seen a representation of an account cannot act as it."""

    def test_no_field_in_plain_text_is_the_credential(self, account: Account, host: Host) -> None:
        proofs = Proofs(host, account)
        if not proofs.first:
            pytest.skip("the account cannot be proven by itself")
        for header in filter(_PROVING.search, proofs.first):
            for field in fields_with(account, is_open):
                assert not proofs.stands_on(header, field), (
                    f"The field {field} is the credential, in plain text: the header {header} is"
                    f" made of it. Declare {field} as SecretStr, or representations, errors and"
                    " logs show it."
                )


class Proofs:
    """What the headers of one account depend on: other values, and they are others."""

    def __init__(self, host: Host, account: Account) -> None:
        self._host = host
        self._account = account

    @cached_property
    def first(self) -> dict[str, str]:
        """The headers; none where they cannot be made."""
        return self._made(self._account) or {}

    def stands_on(self, header: str, field: str) -> bool:
        """Return whether a header proves an account by a field that everybody sees.

        A name beside a secret proves nothing, as the user's in Basic authentication.
        """
        texts = list(open_texts(getattr(self._account, field)))
        if any(text in _passwords(self.first[header]) for text in texts):
            return True
        if self._follows_a_secret(header):
            return False
        is_shown = any(text in form for form in _forms(self.first[header]) for text in _long(texts))
        return is_shown or self._follows(header, varied(self._account, field, is_open))

    def _follows_a_secret(self, header: str) -> bool:
        secret = list(fields_with(self._account, is_secret))
        if header not in self._fixed:
            return bool(secret) or self._host.stores_tokens(self._account)
        others = (varied(self._account, field, is_secret) for field in secret)
        # What cannot be made of another secret is made of it all the same.
        return self._follows(header, self._account, _BEARERS[1]) or any(
            self._made(other) is None or self._follows(header, other) for other in others
        )

    def _follows(self, header: str, other: Account, bearer: str = _BEARERS[0]) -> bool:
        made = self._made(other, bearer)
        return header in self._fixed and made is not None and made.get(header) != self.first[header]

    @cached_property
    def _fixed(self) -> set[str]:
        """The headers that hold neither the time nor a number of their own."""
        again = self._made(self._account) or {}
        return {name for name, value in self.first.items() if again.get(name) == value}

    def _made(self, account: Account, bearer: str = _BEARERS[0]) -> dict[str, str] | None:
        with suppress(Exception):
            return proof_by(self._host, account, FixedTokens(bearer))
        return None


def _long(texts: list[str]) -> Iterator[str]:
    return (text for text in texts if len(text) >= _SHORTEST)


def _forms(value: str) -> Iterator[str]:
    """Yield a header's value, and what its parts are the Base64 of."""
    yield value
    for part in re.split(r"[\s,;:=\"]+(?=\S)", value):
        with suppress(ValueError):
            padded = part.rstrip("=") + "=" * (-len(part.rstrip("=")) % 4)
            yield base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        with suppress(ValueError):
            yield base64.b64decode(part, validate=True).decode()


def _passwords(value: str) -> list[str]:
    """Return the password of Basic authentication, if it is that (RFC 7617 §2)."""
    scheme, _, credential = value.partition(" ")
    if scheme.lower() != "basic":
        return []
    with suppress(ValueError):
        return [base64.b64decode(credential).decode().partition(":")[2]]
    return []
