"""Checks of where a provider sends requests, and over which connection."""

from __future__ import annotations

import ssl
from urllib.parse import urlsplit

import pytest

from mp_core._network.endpoints import FAMILIES, Family, is_loopback
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
        problem = None if address is None else _problem(address)
        assert problem is None, (
            f"mp_endpoint returns {address!r} for the family {family}: {problem}."
        )
        assert not leaked(address or "", secrets), "mp_endpoint puts a secret into an address."

    def test_a_connection_of_its_own_still_looks_at_certificates(
        self, account: Account, host: Host
    ) -> None:
        if not implements(host, account, "mp_tls_context"):
            pytest.skip("the type has no mp_tls_context")
        _tls_context(host, account)
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
        pytest.fail(f"mp_endpoint returns no address for the family {family}: {error}")


def _tls_context(host: Host, account: Account) -> ssl.SSLContext | None:
    try:
        return host.tls_context(account)
    except MpError as error:
        pytest.fail(f"mp_tls_context must return an ssl.SSLContext, or None: {error}")


def _problem(address: object) -> str | None:
    if not isinstance(address, str):
        return "an address is a text"
    parts = urlsplit(address)
    is_private = parts.scheme == "https" or (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    )
    if not is_private or not parts.hostname:
        return "an address is https://HOST, or http:// on a loopback host"
    if "@" in parts.netloc or parts.query or parts.fragment:
        return "an address has neither user, nor query, nor fragment"
    return None


def _is_strict(context: ssl.SSLContext) -> bool:
    return context.check_hostname and context.verify_mode is ssl.CERT_REQUIRED
