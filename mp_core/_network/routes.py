"""The ways that requests take: straight on, or through the user's proxy."""

from __future__ import annotations

import httpx

from mp_core._network.certificates import tls_context
from mp_core._network.proxies import ProxySetting, proxied, proxy_setting


class Routes(httpx.BaseTransport):
    """Carries requests; plain http stays on this machine, and no proxy gets to see it.

    Args:
        setting: The proxy for https, if there is one.
    """

    def __init__(self, setting: ProxySetting | None) -> None:
        context = tls_context()
        self._setting = setting
        self._straight = httpx.HTTPTransport(verify=context)
        self._proxied = proxied(setting, context) if setting else self._straight

    def proxy_for(self, url: httpx.URL) -> str | None:
        """Return the variable that names the proxy on the way to an address, or None."""
        setting = self._setting
        if setting is None or url.scheme != "https":
            return None
        is_exempt = setting.exempt.covers(url.host, url.port or 443)
        return None if is_exempt else setting.variable

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on its way."""
        way = self._proxied if self.proxy_for(request.url) else self._straight
        return way.handle_request(request)

    def close(self) -> None:
        """Close the connections of all ways."""
        self._straight.close()
        self._proxied.close()


def routes() -> Routes:
    """Return the ways that the variables of the process ask for.

    Raises:
        ConfigError: One of them cannot be used.
    """
    return Routes(proxy_setting())
