"""Whether the regions in use can be reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mp_core._doctor.clock import clock_command, clock_of, is_right, skew
from mp_core._doctor.connection import way_out
from mp_core._doctor.exemptions import exemption_findings
from mp_core._doctor.finding import Finding, Level, typed
from mp_core._network import endpoints
from mp_core._network.causes import Cause, cause_of
from mp_core._network.certificates import OUT_OF_TIME
from mp_core._network.deadline import Deadline, bounded
from mp_core._network.endpoints import REGIONS, Region
from mp_core._network.intermediaries import intermediary
from mp_core._network.transport import http_client
from mp_core._resolution.resolver import inputs_in, resolve
from mp_core._runtime.context import Context
from mp_core._tokens.vault import utc_now
from mp_core._values.selection import NOTHING
from mp_core.errors import ConfigError, MpError

if TYPE_CHECKING:
    import httpx

_DEADLINE_S: Final = 10.0


def network_findings(context: Context) -> Iterator[Finding]:
    """Ask every region in use, all at once; no credential is sent."""
    regions = _regions_in_use(context)
    if regions:
        yield from exemption_findings()
        yield from _all_reached(context, regions)


def _all_reached(context: Context, regions: Sequence[Region]) -> list[Finding]:
    try:
        with ThreadPoolExecutor(len(regions)) as pool:
            return [*pool.map(lambda region: _reached(context, region), regions)]
    except RuntimeError:  # Where no thread may start, one is asked after the other.
        return [_reached(context, region) for region in regions]


def _regions_in_use(context: Context) -> list[Region]:
    """Return the regions of the configured accounts, and of one that comes from elsewhere."""
    used = set[object]()
    with suppress(MpError):
        used.add(resolve(inputs_in(context, NOTHING)).session.region)
    with suppress(ConfigError):
        config = context.config()
        used.update(config.block(name).get("region") for name in config.account_names())
    return [region for region in REGIONS if region in used]


def _reached(context: Context, region: Region) -> Finding:
    import httpx

    try:
        url = endpoints.base_url(region, "app", context.env)
        with http_client(
            context.transport, kind=context.user_agent_kind, timeout=_DEADLINE_S
        ) as http:
            answer = bounded(http, Deadline(_DEADLINE_S)).get(f"{url}/me")
    except ConfigError as error:
        return _finding(region, "error", error.message, typed(error.hint))
    except httpx.RequestError as error:
        return _unreachable(context, region, httpx.URL(url), cause_of(error))
    if stranger := intermediary(answer):
        return _unreachable(context, region, httpx.URL(url), stranger)
    return _on_time(region, answer.headers.get("date"))


def _unreachable(context: Context, region: Region, url: httpx.URL, cause: Cause) -> Finding:
    """Return why a region cannot be reached; a clock that is wrong lets no certificate verify."""
    if cause.text.endswith(OUT_OF_TIME):
        date = clock_of(url, context.user_agent_kind, _DEADLINE_S)
        if not is_right(date):
            return _on_time(region, date)
    message = f"Region {region} could not be reached ({cause.text})."
    return _finding(region, "error", message, way_out(cause, url, context.env))


def _on_time(region: Region, date: str | None) -> Finding:
    ahead = skew(date)
    if ahead is None or is_right(date):
        return _finding(region, "ok", f"Region {region} can be reached.", None)
    seconds = ahead.total_seconds()
    message = (
        f"The clock differs by {abs(seconds):.0f} s from that of region {region}: tokens seem to"
        f" expire too {'early' if seconds > 0 else 'late'}, and certificates may not verify."
        f" It shows {utc_now():%Y-%m-%d %H:%M} UTC here: compare that with another clock."
    )
    return _finding(region, "error", message, clock_command(ahead))


def _finding(region: Region, level: Level, message: str, fix: str | None) -> Finding:
    return Finding(check="network", subject=region, level=level, message=message, fix=fix)
