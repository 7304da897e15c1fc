"""The ways that requests take: straight on, or through the user's proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from mp_core._network.certificates import tls_context
from mp_core._network.own_fields import keep_home
from mp_core._network.own_tls import context_of
from mp_core._network.proxies import ProxySetting, proxy_setting
from mp_core._network.ways import Way, Ways

if TYPE_CHECKING:
    import ssl


class Routes(httpx.BaseTransport):
    """Carries requests; plain http stays on this machine, and no proxy gets to see it.

    Args:
        setting: The proxy for https, if there is one.
        context: Secures the connections of requests that say nothing themselves, instead of the
            usual.
    """

    def __init__(self, setting: ProxySetting | None, context: ssl.SSLContext | None) -> None:
        usual = tls_context()
        self._setting = setting
        self._context = context
        self._usual = Way(usual, setting, usual)
        self._ways = Ways(lambda own: Way(own, setting, usual))

    def proxy_for(self, url: httpx.URL) -> str | None:
        """Return the variable that names the proxy on the way to an address, or None."""
        setting = self._setting
        if setting is None or url.scheme != "https":
            return None
        is_exempt = setting.exempt.covers(url.host, url.port or 443)
        return None if is_exempt else setting.variable

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on its way, with nothing of an account that is for another host."""
        keep_home(request)
        is_proxied = self.proxy_for(request.url) is not None
        context = context_of(request) or self._context
        if context is None:
            return self._usual.carry(request, is_proxied=is_proxied)
        return self._ways.carry(request, context, is_proxied=is_proxied)

    def close(self) -> None:
        """Close the connections of all ways."""
        self._usual.close()
        self._ways.close()


def routes(context: ssl.SSLContext | None = None) -> Routes:
    """Return the ways that the variables of the process ask for.

    Args:
        context: Secures the connections, instead of the usual.

    Raises:
        ConfigError: One of them cannot be used.
    """
    return Routes(proxy_setting(), context)
