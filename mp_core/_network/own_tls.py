"""Requests over connections that an account secures in its own way, as by a client certificate.

One client serves many accounts, so that each request says itself what its connection needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mp_core._network.endpoints import Origin, origin

if TYPE_CHECKING:
    import ssl

    import httpx

OURS: Final = "mp_core"
"""Extension of a request that our client sends; no other client knows what to do with the next.

A request that it has sent keeps it, and may be sent again with another one.
"""
_TLS: Final = "mp_core_tls"


class _OwnTls(NamedTuple):
    """What a request needs, up to the host that it is for: a redirect leads to another one."""

    context: ssl.SSLContext
    origin: Origin


def secure(request: httpx.Request, context: ssl.SSLContext | None) -> bool:
    """Let a request go over a connection that a context secures; False where it cannot.

    For None that is the usual one, whichever the request went over as somebody else.
    """
    if context is None:
        _unsecure(request)
        return True
    if not getattr(request.extensions.get(OURS), "is_sending", False):
        return False
    own = _OwnTls(context, origin(str(request.url)))
    request.extensions = {**request.extensions, _TLS: own}
    return True


def _unsecure(request: httpx.Request) -> None:
    if _TLS in request.extensions:
        request.extensions = {k: v for k, v in request.extensions.items() if k != _TLS}


def context_of(request: httpx.Request) -> ssl.SSLContext | None:
    """Return what has to secure the connection of a request, or None for the usual."""
    own: _OwnTls | None = request.extensions.get(_TLS)
    return own.context if own and own.origin == origin(str(request.url)) else None
