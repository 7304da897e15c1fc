"""Connections apart for every TLS context: what one account has set up serves no other."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import httpx

from mp_core._network.proxies import ProxySetting, proxied

if TYPE_CHECKING:
    import ssl

MOST: Final = 16
"""How many contexts keep their connections; whoever comes back later sets up new ones."""


class Way:
    """The connections that one context secures: straight on, or through the user's proxy.

    Args:
        context: Secures them.
        setting: The proxy, if there is one.
        proxy_context: Secures what leads to the proxy, which gets to see no client's certificate.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        setting: ProxySetting | None,
        proxy_context: ssl.SSLContext,
    ) -> None:
        self._straight = httpx.HTTPTransport(verify=context)
        self._proxied = (
            proxied(setting, context, proxy_context) if setting is not None else self._straight
        )
        self.users = 0

    def carry(self, request: httpx.Request, *, is_proxied: bool) -> httpx.Response:
        """Send a request."""
        return (self._proxied if is_proxied else self._straight).handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self._straight.close()
        self._proxied.close()


class Ways:
    """The ways of several contexts, made when needed; the oldest of too many ends with its use.

    Args:
        make: Returns the way of a context.
    """

    def __init__(self, make: Callable[[ssl.SSLContext], Way]) -> None:
        self._make = make
        self._known: OrderedDict[ssl.SSLContext, Way] = OrderedDict()
        self._given_up: set[Way] = set()
        self._lock = threading.Lock()

    def carry(
        self, request: httpx.Request, context: ssl.SSLContext, *, is_proxied: bool
    ) -> httpx.Response:
        """Send a request over a connection that a context secures."""
        way = self._taken(context)
        try:
            answer = way.carry(request, is_proxied=is_proxied)
        except BaseException:
            self._give_back(way)
            raise
        answer.stream = _Borrowed(answer.stream, lambda: self._give_back(way))
        return answer

    def close(self) -> None:
        """Close the connections of all ways."""
        with self._lock:
            ways = [*self._known.values(), *self._given_up]
            self._known.clear()
            self._given_up.clear()
        for way in ways:
            way.close()

    def _taken(self, context: ssl.SSLContext) -> Way:
        with self._lock:
            way = self._known.get(context)
            if way is None:
                way = self._known[context] = self._make(context)
            self._known.move_to_end(context)
            way.users += 1
            if len(self._known) > MOST:
                self._given_up.add(self._known.popitem(last=False)[1])
            unused = self._unused()
        for each in unused:
            each.close()
        return way

    def _give_back(self, way: Way) -> None:
        with self._lock:
            way.users -= 1
            unused = self._unused()
        for each in unused:
            each.close()

    def _unused(self) -> list[Way]:
        """Take out what was given up and has no answer on its way any more."""
        unused = [way for way in self._given_up if not way.users]
        self._given_up.difference_update(unused)
        return unused


class _Borrowed(httpx.SyncByteStream):
    """The body of an answer, which says when its connection is free again."""

    def __init__(self, stream: object, give_back: Callable[[], None]) -> None:
        assert isinstance(stream, httpx.SyncByteStream)
        self._stream = stream
        self._give_back = give_back

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        try:
            self._stream.close()
        finally:
            give_back, self._give_back = self._give_back, _nothing
            give_back()


def _nothing() -> None:
    """Give nothing back a second time."""
