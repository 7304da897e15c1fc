"""How HTTP leaves this process: no redirect, no cookie, no proxy for plain http."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mp_core.errors import ConfigError

if TYPE_CHECKING:
    import httpx

_UNPROXIED: Final = {"http://": None}
"""Plain http stays on this machine, and no proxy gets to see it."""


def http_client(transport: httpx.BaseTransport | None, **options: Any) -> httpx.Client:
    """Return a client that follows no redirect and keeps no cookie.

    It has the proxies and certificates of the user. What a server sets for one account would go
    along with the requests of the next: one client serves them all.

    Args:
        transport: Carries the requests instead of the network, for tests.
        **options: What else `httpx.Client` takes.

    Raises:
        ConfigError: The variables that name proxies and certificates cannot be used.
    """
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    try:
        return httpx.Client(
            transport=transport,
            mounts=_UNPROXIED,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            **options,
        )
    except ImportError as error:
        reason = str(error).rstrip(".")
    except OSError as error:
        reason = f"its certificates: {error.strerror or type(error).__name__}"
    except (ValueError, httpx.InvalidURL):  # Its text holds the address, maybe with a password.
        reason = "the address of a proxy is malformed, or of an unknown kind"
    raise ConfigError(
        f"No connection can be set up: {reason}.",
        hint="Correct, or unset, whichever is set of: HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE"
        " SSL_CERT_DIR",
        code="NO_TRANSPORT",
    )
