"""The servers in use: those of regions, and those that accounts have in their place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from mp_core._network import endpoints
from mp_core._network.endpoints import REGIONS
from mp_core._resolution.resolver import inputs_in, resolve
from mp_core._runtime.context import Context
from mp_core._values.selection import NOTHING
from mp_core.errors import ConfigError, MpError

if TYPE_CHECKING:
    import ssl

    from mp_core.plugin.account import Account


class Server(NamedTuple):
    """One server.

    Attributes:
        subject: What a finding about it is about: a region, or the account that has it.
        name: What it is called within a sentence.
        account: The account that has it, or None for that of a region.
    """

    subject: str
    name: str
    account: Account | None = None

    @property
    def title(self) -> str:
        """What it is called where a sentence begins."""
        return self.name[0].upper() + self.name[1:]

    def address(self, context: Context) -> str:
        """Return where it is asked.

        Raises:
            ConfigError: `MP_API_BASE_URL`, or the account's endpoint, is malformed.
        """
        if self.account is not None:
            return context.destination(self.account).base_url("app")
        region = next(region for region in REGIONS if region == self.subject)
        return endpoints.base_url(region, "app", context.env)

    def tls_context(self, context: Context) -> ssl.SSLContext | None:
        """Return what secures connections to it, or None for the usual.

        Raises:
            ConfigError: The provider failed.
        """
        account = self.account
        return None if account is None else context.host_of(account).tls_context(account)


def servers_in_use(context: Context) -> list[Server]:
    """Return the servers of the configured accounts, and of one that comes from elsewhere.

    Accounts that have one in common are named by the first of them.
    """
    regions, own = set[object](), dict[object, Server]()
    for region, account in _accounts(context):
        apart = None if account is None else _apart(context, account)
        if account is not None and apart is not None:
            own.setdefault(apart, Server(account.name, f"the endpoint of {account.name}", account))
        else:
            regions.add(region)
    return [*_of_regions(regions), *own.values()]


def _of_regions(used: set[object]) -> list[Server]:
    return [Server(region, f"region {region}") for region in REGIONS if region in used]


def _accounts(context: Context) -> Iterator[tuple[object, Account | None]]:
    """Yield the region of each account, and the account where it can be used."""
    with suppress(MpError):
        account = resolve(inputs_in(context, NOTHING)).session.account
        yield account.region, account
    with suppress(ConfigError):
        config = context.config()
        for name in config.account_names():
            found = None
            with suppress(ConfigError):
                found = config.account(name)
            yield config.block(name).get("region"), found


def _apart(context: Context, account: Account) -> object:
    """Return what tells an account's server from others, or None for that of its region."""
    try:
        destination, own = context.destination(account), context.host_of(account)
        tls, base = own.tls_context(account), destination.base_url("app")
    except ConfigError:
        return account.name  # Its finding says what is wrong.
    return (base, tls) if tls is not None or destination.has_own() else None
