"""Which proxy https takes: that of the variables, or none for a host that they leave out."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from mp_core._network.certificates import unusable
from mp_core._network.no_proxy import NoProxy
from mp_core.errors import ConfigError

if TYPE_CHECKING:
    import ssl

    import httpx

_KINDS: Final = ("http", "https", "socks5", "socks5h")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_EXAMPLE: Final = "http://proxy.example.com:8080"


class ProxySetting(NamedTuple):
    """The proxy for https.

    Attributes:
        address: Where it is, maybe with a password.
        variable: Who says so.
        exempt: The hosts that are asked without it.
    """

    address: str
    variable: str
    exempt: NoProxy


def proxy_setting() -> ProxySetting | None:
    """Return the proxy that variables, or the settings of the system, name for https, or None."""
    from urllib.request import getproxies

    found = getproxies()
    scheme = next((scheme for scheme in ("https", "all") if found.get(scheme)), None)
    if scheme is None:
        return None
    exempt = NoProxy.parsed(found.get("no", ""), variable_of("no"))
    return ProxySetting(found[scheme].strip(), variable_of(scheme), exempt)


def variable_of(scheme: str, env: Mapping[str, str] = os.environ) -> str:
    """Return the name of a variable as it is spelled; in small letters it comes first."""
    name = f"{scheme}_proxy"
    spelled = sorted((each for each in env if each.lower() == name and env[each]), reverse=True)
    return next(iter(spelled), name.upper())


def proxied(
    setting: ProxySetting, context: ssl.SSLContext, proxy_context: ssl.SSLContext
) -> httpx.HTTPTransport:
    """Return what carries requests through a proxy.

    Args:
        setting: Which one.
        context: Secures the connections to servers.
        proxy_context: Secures those to the proxy.

    Raises:
        ConfigError: The variable that names the proxy names none, or one that nobody can use here.
    """
    import httpx

    address = setting.address if "://" in setting.address else f"http://{setting.address}"
    _check_kind(address, setting.variable)
    try:
        proxy = httpx.Proxy(_checked(httpx.URL(address)))
        if proxy.url.scheme == "https":
            proxy.ssl_context = proxy_context
        return httpx.HTTPTransport(verify=context, proxy=proxy)
    except ImportError:
        raise unusable(
            setting.variable,
            "it names a SOCKS proxy, for which the package socksio is missing",
            "Install it where mp_core is (httpx[socks])",
        ) from None
    except (ValueError, httpx.InvalidURL):  # Their text holds the address, maybe with a password.
        raise _malformed(setting.variable) from None


def _check_kind(address: str, variable: str) -> None:
    scheme = _SCHEME.match(address)
    if scheme is None:
        raise _malformed(variable)
    if scheme[1].lower() not in _KINDS:
        raise unusable(
            variable,
            f"the address of a proxy begins with {', '.join(f'{kind}://' for kind in _KINDS)}",
            f"Correct {variable}, for example {_EXAMPLE}",
        )


def _checked(url: httpx.URL) -> httpx.URL:
    """Return the address of a proxy, which has no path: an `@` behind the host ends a password.

    Raises:
        ValueError: It has no host, no possible port, or the end of a password behind these.
    """
    is_cut = "@" in f"{url.raw_path.decode()}{url.fragment}"
    if not url.host or is_cut or url.port == 0 or (url.port or 1) > 65535:
        raise ValueError
    return url


def _malformed(variable: str) -> ConfigError:
    return unusable(
        variable,
        "the address of a proxy is malformed (in a user or password, write / ? # @ as %2F %3F %23"
        " %40)",
        f"Correct {variable}, for example {_EXAMPLE}",
    )
