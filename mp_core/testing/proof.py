"""What proves an account: the headers of a request, as the core sends them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._runtime.context import Context
from mp_core._runtime.destination import Destination
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.plugin.outgoing import OutgoingRequest
from mp_core.plugin.tokens import BasicTokenResolver

_AGENT: Final = MappingProxyType({"User-Agent": "contract", "Accept": "application/json"})


@dataclass(frozen=True)
class FixedTokens:
    """A resolver that always has this bearer."""

    bearer: str

    def get_browser_token(self, name: str, region: str) -> str:
        """Return it."""
        return self.bearer

    def get_static_token(self, account: Account) -> str:
        """Return it."""
        return self.bearer


def request_of(
    host: Host, account: Account, *, method: str = "GET", body: bytes = b""
) -> OutgoingRequest:
    """Return a request of an account, with its body if a plugin wants to see that."""
    url = Destination(account, host, {}).base_url("app") + "/me?limit=2&name=a%20b"
    content = body if host.needs_body(account) else None
    return OutgoingRequest(method, url, _AGENT, content)


def proof_by(
    host: Host,
    account: Account,
    resolver: BasicTokenResolver,
    request: OutgoingRequest | None = None,
) -> dict[str, str]:
    """Return the headers that prove a request, with tokens of this resolver."""
    return host.authenticate(account, request or request_of(host, account), resolver)


def proof_of(context: Context, account: Account) -> dict[str, str]:
    """Return the headers that prove an account's request, with its own tokens."""
    resolver = OnDiskTokenResolver(context=context, account=account)
    return proof_by(context.host, account, resolver)


def is_same_proof(
    one: Mapping[str, str], again: Mapping[str, str], other: Mapping[str, str]
) -> bool:
    """Return whether another account is proven alike, as far as that can be told.

    Args:
        one: A proof of an account.
        again: Another proof of the same account; what differs holds the time or a number.
        other: A proof of the other account.
    """
    fixed = {name for name, value in one.items() if again.get(name) == value}
    return one.keys() == other.keys() and all(one[name] == other[name] for name in fixed)
