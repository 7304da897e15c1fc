"""Why the server gave no answer, in the words of the core's HTTP client.

Its exceptions say what happened and have the way out as a note. What others say of a failure may
hold what was sent, so that only their class is named.
"""

from __future__ import annotations

import httpx


def cause(error: httpx.RequestError) -> str:
    """Return what happened, or the class of a failure that nobody has put into words."""
    return str(error) if way_out(error) else type(error).__name__


def way_out(error: httpx.RequestError) -> str | None:
    """Return what to do about it, if that is known."""
    return next(iter(getattr(error, "__notes__", ())), None)
