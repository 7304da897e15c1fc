"""The headers that go along with every request of an account, wherever it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mp_core._bridge.search import find_bridge
from mp_core.errors import ConfigError

if TYPE_CHECKING:
    from mp_core._runtime.context import Context
    from mp_core._values.headers import Headers
    from mp_core.plugin.account import Account


def headers_of(context: Context, account: Account) -> Headers:
    """Return the headers of the settings, and over them those of the bridge that it came with.

    Raises:
        ConfigError: The settings are malformed.
    """
    own = context.config().headers
    if account.token_place is None:
        return own
    try:
        found = find_bridge(context)
    except ConfigError:  # The account came with another one, or from another machine.
        return own
    return own.updated(found.content.headers) if found else own
