"""Why the server gave no answer, in the words of the core's HTTP client.

Its exceptions say what happened and have the way out as a note. What others say of a failure may
hold what was sent, so that only their class is named.
"""

from __future__ import annotations

import httpx


def unanswered(error: httpx.RequestError) -> tuple[str, str | None]:
    """Return why there is no answer, as a clause, and what to do about it, if that is known."""
    hint = _hint(error)
    if hint and isinstance(error, httpx.ProxyError):
        return cause(error), hint
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        because = f" ({cause(error)})" if hint else ""
        return f"the server could not be reached{because}", hint
    # The server may have answered, and may count what was sent as spent.
    return f"the server's answer was lost ({cause(error)})", hint


def cause(error: httpx.RequestError) -> str:
    """Return what happened, or the class of a failure that nobody has put into words."""
    return str(error) if _hint(error) else type(error).__name__


def _hint(error: httpx.RequestError) -> str | None:
    return next(iter(getattr(error, "__notes__", ())), None)
