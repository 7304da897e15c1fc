"""Checks of where a provider sends requests, and over which connection."""

from __future__ import annotations

import ssl

import pytest

from mp_core._network.endpoints import FAMILIES, Family
from mp_core.errors import MpError
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.testing.effects import effects
from mp_core.testing.subject import Subject, implements, leaked


class ConnectionChecks(Subject):
    """Requests go where nobody reads them on the way, and to whom they are meant for."""

    @pytest.mark.parametrize("family", FAMILIES)
    def test_a_gateway_has_an_address_for_every_family(
        self, account: Account, host: Host, secrets: list[str], family: Family
    ) -> None:
        if not implements(host, account, "mp_endpoint"):
            pytest.skip("the type has no mp_endpoint")
        with effects() as found:
            address = _endpoint(host, account, family)
        assert not found, f"mp_endpoint {found[0]}: it is asked for every request."
        assert address == _endpoint(host, account, family), "mp_endpoint answers otherwise again."
        assert not leaked(address or "", secrets), "mp_endpoint puts a secret into an address."

    def test_a_connection_of_its_own_still_looks_at_certificates(
        self, account: Account, host: Host
    ) -> None:
        if not implements(host, account, "mp_tls_context"):
            pytest.skip("the type has no mp_tls_context")
        with effects() as found:
            context = _tls_context(host, account)
        assert not found, f"mp_tls_context {found[0]}: it must only make an SSLContext."
        assert context is None or _is_strict(context), (
            "What mp_tls_context returns accepts any certificate, and so any server: make it with"
            " ssl.create_default_context, and load the gateway's authority into it."
        )


def _endpoint(host: Host, account: Account, family: Family) -> str | None:
    try:
        return host.endpoint(account, family)
    except MpError as error:
        pytest.fail(f"mp_endpoint returns no address for the family {family}, nor None: {error}")


def _tls_context(host: Host, account: Account) -> ssl.SSLContext | None:
    try:
        return host.tls_context(account)
    except MpError as error:
        pytest.fail(f"mp_tls_context must return an ssl.SSLContext, or None: {error}")


def _is_strict(context: ssl.SSLContext) -> bool:
    return context.check_hostname and context.verify_mode is ssl.CERT_REQUIRED
