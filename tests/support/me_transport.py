"""A network on which something happens just before Mixpanel is asked who a credential is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import httpx

from mp_core._runtime.context import Context


class BeforeMe(httpx.HTTPTransport):
    """The network; before a request for `/me` goes out, something happens or keeps it back."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/me"):
            self._act()
        return super().handle_request(request)


def before_me(context: Context, act: Callable[[], object]) -> Context:
    """The same surroundings, on such a network."""
    return replace(context, transport=BeforeMe(act))
