"""Telling an answer of Mixpanel from one that something between here and there gives.

A proxy answers with a page for people, Mixpanel's API with JSON. Headers that pass through a proxy
bear its mark too, so that a mark alone says nothing.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from mp_core._network.causes import Cause, with_cause

if TYPE_CHECKING:
    import httpx

_PRODUCT: Final = re.compile(
    r"squid|proxy|blue ?coat|zscaler|mcafee|forti|sophos|websense|forcepoint|privoxy", re.IGNORECASE
)
_ASKS: Final = 407
_LOGIN: Final = 511
_OF_GATEWAYS: Final = frozenset({502, 503, 504})
_HOME: Final = "mixpanel.com"


def intermediary(response: httpx.Response) -> Cause | None:
    """Return who answered in the place of Mixpanel, or None where nothing speaks for that."""
    status = response.status_code
    if status == _ASKS:
        return _proxy(response, "which asks for a user and a password")
    if status == _LOGIN or (response.is_redirect and _leads_away(response)):
        return _portal(response)
    if not _is_for_people(response):
        return None
    if response.is_success:
        return _portal(response)
    if status in (401, 403) and not _challenges_bearer(response):
        return _proxy(response, "which lets nothing through")
    return _proxy(response, "which has no answer of Mixpanel") if _is_marked(response) else None


def refuse_intermediary(response: httpx.Response) -> None:
    """Raise what stands for an answer of somebody else; a hook of a client.

    Raises:
        httpx.ProxyError: The answer is not Mixpanel's.
    """
    cause = intermediary(response)
    if cause is not None:
        import httpx

        raise with_cause(httpx.ProxyError(""), cause)


def is_page(response: httpx.Response) -> bool:
    """Return whether an answer is a page for people."""
    return "html" in response.headers.get("content-type", "").lower()


def _is_for_people(response: httpx.Response) -> bool:
    """Return whether an answer is what a program has no use for, whatever it is called."""
    if _is_json(response) or not (is_page(response) or _is_of_proxy(response)):
        return False
    says_nothing = response.is_success and not response.read()
    return not (says_nothing or _holds_json(response))


def _is_json(response: httpx.Response) -> bool:
    return "json" in response.headers.get("content-type", "").lower()


def _holds_json(response: httpx.Response) -> bool:
    """Return whether the body is JSON, whatever it is called, as no page is.

    The answer to a refresh holds all that is left of a login.
    """
    response.read()
    try:
        json.loads(response.content)
    except (ValueError, RecursionError):
        return False
    return True


def _is_of_proxy(response: httpx.Response) -> bool:
    """Return whether the answer was made by a proxy, and has not only passed one."""
    headers = response.headers
    has_mark = "x-squid-error" in headers or "proxy-authenticate" in headers
    return has_mark or bool(_PRODUCT.search(headers.get("server", "")))


def _is_marked(response: httpx.Response) -> bool:
    """Return whether a proxy answered: that of a gateway is seldom the server's own."""
    has_passed = bool(_PRODUCT.search(response.headers.get("via", "")))
    return _is_of_proxy(response) or (has_passed and response.status_code in _OF_GATEWAYS)


def _challenges_bearer(response: httpx.Response) -> bool:
    """Return whether a 401 asks for a token, as servers do and proxies do not (RFC 6750 §3)."""
    challenge: str = response.headers.get("www-authenticate", "")
    return challenge.lower().startswith("bearer")


def _leads_away(response: httpx.Response) -> bool:
    """Return whether a redirect leads to a host that is none of Mixpanel's."""
    here, there = response.request.url.host, landing(response)
    is_home = there == _HOME or there.endswith(f".{_HOME}")
    return bool(there) and there != here and not is_home


def landing(response: httpx.Response) -> str:
    """Return the host that a redirect leads to, or "" where that is no name of a host."""
    import httpx

    try:
        host = response.request.url.join(response.headers.get("location", "")).host
    except (httpx.InvalidURL, ValueError):
        return ""
    return host if re.fullmatch(r"[\w.:-]{1,253}", host) else ""


def _proxy(response: httpx.Response, what: str) -> Cause:
    return Cause(
        "proxy",
        f"the answer ({response.status_code}) is not Mixpanel's but that of a proxy, {what}",
        "Ask who runs the proxy, correct HTTPS_PROXY, or go without it:"
        f" export NO_PROXY={response.request.url.host}",
        may_pass=False,
    )


def _portal(response: httpx.Response) -> Cause:
    return Cause(
        "portal",
        f"the answer ({response.status_code}) is not Mixpanel's but a page of a proxy, or of a"
        " network that wants a login first",
        "Open any page in a browser to log in to the network; check MP_API_BASE_URL and the proxy"
        " settings.",
        may_pass=False,
    )
