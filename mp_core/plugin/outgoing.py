"""A request on its way out, as the plugin sees it that authenticates it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mp_core._public import exported_from


@exported_from("mp_core.plugin")
@dataclass(frozen=True)
class OutgoingRequest:
    """One attempt to send a request; a retry is another one.

    Attributes:
        method: The HTTP method, in capitals.
        url: The whole address, with its query.
        headers: The header fields so far; names compare without case (RFC 9110 §5.1).
        content: The body, for a plugin whose module says `MP_NEEDS_BODY = True`; None for others.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes | None = field(default=None, repr=False)
