"""Header fields that belong to an account: they go to one place, and with no other account.

A request may be sent again as somebody else, and some clients follow redirects: of what proves an
account they would leave only `Authorization` behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import httpx

_FIELDS: Final = "mp_core_fields"
_Place = tuple[str, str, int | None]


class _OwnFields(NamedTuple):
    """Names of what an account has put into a request, and where that goes; no values."""

    names: frozenset[str]
    place: _Place


def put(request: httpx.Request, fields: Mapping[str, str]) -> None:
    """Set header fields one by one, which for the few there are is the quickest way."""
    for name, value in fields.items():
        request.headers[name] = value
    before = request.extensions.get(_FIELDS)
    names = frozenset(fields) if before is None else before.names.union(fields)
    own = _OwnFields(names, _place(request))
    request.extensions = {**request.extensions, _FIELDS: own}


def take_back(request: httpx.Request) -> None:
    """Remove what an account has put into a request, before another one puts something there."""
    extensions = {**request.extensions}
    own: _OwnFields | None = extensions.pop(_FIELDS, None)
    if own is not None:
        for name in own.names:
            request.headers.pop(name, None)
        request.extensions = extensions


def keep_home(request: httpx.Request) -> None:
    """Remove it from a request that a redirect leads to another place."""
    own: _OwnFields | None = request.extensions.get(_FIELDS)
    if own is not None and own.place != _place(request):
        take_back(request)


def _place(request: httpx.Request) -> _Place:
    url = request.url
    return url.scheme, url.host, url.port
