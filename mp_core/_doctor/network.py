"""Whether the servers in use can be reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from mp_core._doctor.clock import clock_command, clock_of, is_right, skew
from mp_core._doctor.connection import way_out
from mp_core._doctor.exemptions import exemption_findings
from mp_core._doctor.finding import Finding, Level, typed
from mp_core._doctor.servers import Server, servers_in_use
from mp_core._network.causes import Cause, cause_of
from mp_core._network.certificates import OUT_OF_TIME
from mp_core._network.deadline import Deadline, bounded
from mp_core._network.intermediaries import intermediary
from mp_core._network.transport import http_client
from mp_core._runtime.context import Context
from mp_core._tokens.vault import utc_now
from mp_core.errors import ConfigError

if TYPE_CHECKING:
    import httpx

_DEADLINE_S: Final = 10.0
_AT_ONCE: Final = 8


def network_findings(context: Context) -> Iterator[Finding]:
    """Ask every server in use, all at once; no credential but client certificates is shown."""
    servers = servers_in_use(context)
    if servers:
        yield from exemption_findings()
        yield from _all_reached(context, servers)


def _all_reached(context: Context, servers: Sequence[Server]) -> list[Finding]:
    try:
        with ThreadPoolExecutor(min(len(servers), _AT_ONCE)) as pool:
            return [*pool.map(lambda server: _reached(context, server), servers)]
    except RuntimeError:  # Where no thread may start, one is asked after the other.
        return [_reached(context, server) for server in servers]


def _reached(context: Context, server: Server) -> Finding:
    import httpx

    try:
        url = server.address(context)
        with http_client(
            context.transport,
            kind=context.user_agent_kind,
            context=server.tls_context(context),
            timeout=_DEADLINE_S,
        ) as http:
            answer = bounded(http, Deadline(_DEADLINE_S)).get(f"{url}/me")
    except ConfigError as error:
        return _finding(server, "error", error.message, typed(error.hint))
    except httpx.RequestError as error:
        return _unreachable(context, server, httpx.URL(url), cause_of(error))
    if stranger := intermediary(answer):
        return _unreachable(context, server, httpx.URL(url), stranger)
    return _on_time(server, answer.headers.get("date"))


def _unreachable(context: Context, server: Server, url: httpx.URL, cause: Cause) -> Finding:
    """Return why a server cannot be reached; a clock that is wrong lets no certificate verify."""
    if cause.text.endswith(OUT_OF_TIME):
        date = clock_of(url, context.user_agent_kind, _DEADLINE_S)
        if not is_right(date):
            return _on_time(server, date)
    message = f"{server.title} could not be reached ({cause.text})."
    return _finding(server, "error", message, way_out(cause, url, context.env))


def _on_time(server: Server, date: str | None) -> Finding:
    ahead = skew(date)
    if ahead is None or is_right(date):
        return _finding(server, "ok", f"{server.title} can be reached.", None)
    seconds = ahead.total_seconds()
    message = (
        f"The clock differs by {abs(seconds):.0f} s from that of {server.name}: tokens seem to"
        f" expire too {'early' if seconds > 0 else 'late'}, and certificates may not verify."
        f" It shows {utc_now():%Y-%m-%d %H:%M} UTC here: compare that with another clock."
    )
    return _finding(server, "error", message, clock_command(ahead))


def _finding(server: Server, level: Level, message: str, fix: str | None) -> Finding:
    return Finding(check="network", subject=server.subject, level=level, message=message, fix=fix)
