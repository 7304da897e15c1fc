"""How HTTP leaves this process: no redirect, no cookie, no proxy for plain http."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mp_core._network.user_agent import user_agent

if TYPE_CHECKING:
    import ssl

    import httpx

    from mp_core._network.client import Client


def http_client(
    transport: httpx.BaseTransport | None,
    *,
    kind: str,
    context: ssl.SSLContext | None = None,
    **options: Any,
) -> Client:
    """Return a client that follows no redirect, keeps no cookie, and says why it fails.

    It has the proxies and certificates of the user. What a server sets for one account would go
    along with the requests of the next: one client serves them all.

    Args:
        transport: Carries the requests instead of the network, for tests.
        kind: `lib` or `cli`, for the header `User-Agent`.
        context: Secures all connections, instead of the user's certificates.
        **options: What else `httpx.Client` takes.

    Raises:
        ConfigError: The variables that name proxies and certificates cannot be used.
    """
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    from mp_core._network.client import Client
    from mp_core._network.routes import routes

    ways = None if transport else routes(context)
    return Client(
        transport=transport or ways,
        proxy_for=ways.proxy_for if ways else lambda url: None,
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": user_agent(kind)},
        **options,
    )
