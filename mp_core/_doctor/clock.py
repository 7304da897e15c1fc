"""Whether this machine's clock is right, as servers tell the time."""

from __future__ import annotations

import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mp_core._network.deadline import Deadline, bounded
from mp_core._network.retries import http_date
from mp_core._network.transport import http_client
from mp_core._tokens.vault import utc_now

if TYPE_CHECKING:
    import httpx

_TOLERANCE: Final = timedelta(seconds=25)
"""Below the margin with which a token counts as expired, less the server's own rounding."""


def skew(date: str | None) -> timedelta | None:
    """Return by how much this clock is ahead of a `Date` header (RFC 9110 §6.6.1)."""
    moment = http_date(date or "")
    return None if moment is None else utc_now() - moment


def is_right(date: str | None) -> bool:
    """Return whether this clock agrees with a `Date` header, as far as that tells the time."""
    ahead = skew(date)
    return ahead is None or abs(ahead) <= _TOLERANCE


def clock_of(url: httpx.URL, kind: str, timeout_s: float) -> str | None:
    """Return the `Date` of a server whose certificate is not valid now; None without an answer.

    Nothing is sent that is worth anything, and nothing else of the answer is looked at.

    Args:
        url: Where the server is.
        kind: `lib` or `cli`, for the header `User-Agent`.
        timeout_s: Longest wait for all of it.
    """
    import httpx

    try:
        # Only whoever knows the time could verify the certificate that a clock makes invalid.
        transport = httpx.HTTPTransport(verify=False)
        with http_client(transport, kind=kind, timeout=timeout_s) as http:
            answer = bounded(http, Deadline(timeout_s)).head(url)
            date: str | None = answer.headers.get("date")
    except httpx.HTTPError:
        return None
    return date


def clock_command(ahead: timedelta | None = None) -> str:
    """Return what a person types to set the clock.

    Args:
        ahead: By how much it is ahead, if that is known.
    """
    if sys.platform == "darwin":
        return "sudo sntp -sS time.apple.com"
    if Path("/run/systemd/system").is_dir() and shutil.which("timedatectl"):
        return "sudo timedatectl set-ntp true"
    if ahead is None:
        return "Set the clock: sudo date -u -s 'YYYY-MM-DD HH:MM'"
    return f"sudo date -s '{-ahead.total_seconds():+.0f} seconds'"
