"""Checks of a provider that proves each request by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._runtime.context import Context
from mp_core.errors import MpError
from mp_core.plugin._host.host import Host
from mp_core.plugin._host.request_calls import NEEDS_BODY
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import PROVIDERS
from mp_core.plugin.outgoing import OutgoingRequest
from mp_core.testing.proof import FixedTokens, proof_by, request_of
from mp_core.testing.subject import Subject, implements


class SigningChecks(Subject):
    """Every request is proven, whatever it holds, with no more of it than was asked for."""

    @pytest.fixture
    def signing(self, account: Account, host: Host) -> Host:
        """The host, for a type whose requests are proven one by one."""
        if not implements(host, account, "mp_authenticate"):
            pytest.skip("the type has no mp_authenticate")
        return host

    def test_every_kind_of_request_is_proven(
        self, account: Account, signing: Host, ready: Context
    ) -> None:
        resolver = OnDiskTokenResolver(context=ready, account=account)
        for request in _requests(signing, account):
            what = f"a {request.method} of {len(request.content or b'')} bytes"
            try:
                proof = proof_by(signing, account, resolver, request)
            except MpError as error:
                pytest.fail(f"mp_authenticate does not prove {what}: {error} {error.hint or ''}")
            assert proof, f"mp_authenticate returns no header for {what}."

    def test_bodies_are_asked_for_where_they_are_signed(
        self, account: Account, signing: Host
    ) -> None:
        says = getattr(signing.loader.plugin(PROVIDERS, account.type), NEEDS_BODY, False)
        assert isinstance(says, bool), f"{NEEDS_BODY} must be True, or left out."
        if not says:
            return
        one, again, other = (
            proof_by(signing, account, FixedTokens("a1"), _post(signing, account, body))
            for body in (b"one", b"one", b"other")
        )
        assert one != again or one != other, (
            f"Where {NEEDS_BODY} is True, every body is read before it is sent, and the headers do"
            " not depend on it: sign it, or leave that out."
        )


def _requests(host: Host, account: Account) -> Iterator[OutgoingRequest]:
    yield request_of(host, account)
    yield _post(host, account, b'{"name": "\xc3\xbc"}')
    yield _post(host, account, b"")
    yield request_of(host, account, method="DELETE")


def _post(host: Host, account: Account, body: bytes) -> OutgoingRequest:
    return request_of(host, account, method="POST", body=body)
