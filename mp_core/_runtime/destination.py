"""Where the requests of an account go: to its region, to a gateway, or to `MP_API_BASE_URL`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mp_core._env import Environ
from mp_core._network import endpoints
from mp_core._network.endpoints import FAMILIES, Family
from mp_core.plugin._host.host import Host

if TYPE_CHECKING:
    from mp_core.plugin.account import Account


class Destination(NamedTuple):
    """The addresses of one account.

    Attributes:
        account: Whose.
        host: The plugins that serve it.
        env: The environment, whose `MP_API_BASE_URL` stands over all else.
    """

    account: Account
    host: Host
    env: Environ

    def base_url(self, family: Family) -> str:
        """Return the address of an API family, without a trailing slash.

        Raises:
            ConfigError: `MP_API_BASE_URL`, or the endpoint of the account, may not receive
                credentials.
        """
        base = endpoints.override(self.env) or self.host.endpoint(self.account, family)
        return endpoints.address(self.account.region, family, base)

    def may_receive(self, url: str) -> bool:
        """Return whether the account's credential may be sent to an address.

        Raises:
            ConfigError: See `base_url`.
        """
        return endpoints.may_carry_credential(url, self.account.region, self._bases())

    def has_own(self) -> bool:
        """Return whether the account's provider has put something into the place of its region.

        Raises:
            ConfigError: See `base_url`.
        """
        return endpoints.override(self.env) is None and any(self._bases())

    def _bases(self) -> tuple[str | None, ...]:
        base = endpoints.override(self.env)
        if base is not None or not self.host.has_endpoint(self.account):
            return (base,) * len(FAMILIES)
        return tuple(self.host.endpoint(self.account, family) for family in FAMILIES)
