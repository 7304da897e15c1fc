"""What the calls of every kind of hook have in common."""

from __future__ import annotations

from typing import Any

from mp_core.plugin._host.loading import Loader
from mp_core.plugin._host.plugin_set import PluginSet
from mp_core.plugin._host.routing import Router
from mp_core.plugin.hooks import PROVIDERS


class Calls:
    """Hooks as methods with checked answers.

    Attributes:
        plugins: The set: what is allowed, and which extensions are on.
        loader: The plugins themselves, and what became of them.
    """

    plugins: PluginSet
    loader: Loader
    _hooks: Router

    def types(self) -> list[str]:
        """Return the account types that are installed and allowed, sorted, importing nothing."""
        return self.loader.names(PROVIDERS)


def is_no_answer(said: Any) -> bool:
    """Return whether a hook has said no more than that somebody should have awaited it, or False.

    A hook that returns nothing has done its work; what is never awaited has not.
    """
    if hasattr(said, "__await__"):
        getattr(said, "close", lambda: None)()
        return True
    return said is False
