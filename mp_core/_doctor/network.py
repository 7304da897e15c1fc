"""Whether the regions in use can be reached, and whether the clock is right."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

from mp_core._doctor.finding import Finding, Level
from mp_core._network import endpoints
from mp_core._network.endpoints import REGIONS, Region
from mp_core._network.retries import http_date
from mp_core._network.transport import http_client
from mp_core._runtime.context import Context
from mp_core._tokens.vault import utc_now
from mp_core.errors import ConfigError

_DEADLINE_S: Final = 10.0
_TOLERANCE: Final = timedelta(seconds=25)
"""Below the margin with which a token counts as expired, less the server's own rounding."""


def network_findings(context: Context) -> Iterator[Finding]:
    """Ask every region in use, all at once; no credential is sent."""
    regions = _regions_in_use(context)
    if regions:
        with ThreadPoolExecutor(len(regions)) as pool:
            yield from pool.map(lambda region: _reached(context, region), regions)


def _regions_in_use(context: Context) -> list[Region]:
    try:
        config = context.config()
        used = {config.block(name).get("region") for name in config.account_names()}
    except ConfigError:
        return []
    return [region for region in REGIONS if region in used]


def _reached(context: Context, region: Region) -> Finding:
    import httpx

    try:
        url = endpoints.base_url(region, "app", context.env)
        with http_client(context.transport, timeout=_DEADLINE_S) as http:
            answer = http.get(f"{url}/me")
    except ConfigError as error:
        return _finding(region, "error", error.message, error.hint)
    except httpx.HTTPError as error:
        return _finding(
            region,
            "error",
            f"Region {region} could not be reached ({type(error).__name__}).",
            "Check the network and the proxy settings.",
        )
    return _clock(region, answer.headers.get("date"))


def _clock(region: Region, date: str | None) -> Finding:
    skew = _skew(date)
    if skew is None or abs(skew) <= _TOLERANCE:
        return _finding(region, "ok", f"Region {region} can be reached.", None)
    seconds = skew.total_seconds()
    return _finding(
        region,
        "error",
        f"The clock differs by {abs(seconds):.0f} s from that of region {region}: tokens seem to"
        f" expire too {'early' if seconds > 0 else 'late'}.",
        "Set the clock, for example with NTP.",
    )


def _skew(date: str | None) -> timedelta | None:
    """Return by how much this clock is ahead of a `Date` header (RFC 9110 §6.6.1)."""
    moment = http_date(date or "")
    return None if moment is None else utc_now() - moment


def _finding(region: Region, level: Level, message: str, fix: str | None) -> Finding:
    return Finding(check="network", subject=region, level=level, message=message, fix=fix)
