"""Why no answer of Mixpanel arrived: causes that a person can act on.

Whatever an exception says by itself may hold a header, a proxy's password or what a server sent.
So it is told in our words, which hold names of hosts and variables, and numbers.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from mp_core._network.certificates import verification_failed

if TYPE_CHECKING:
    import ssl

    import httpx

_ATTRIBUTE: Final = "mp_cause"
_UNREACHABLE: Final = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EACCES}
)
_OUT_OF_FILES: Final = frozenset({errno.EMFILE, errno.ENFILE})
_CHECK: Final = "Check the network, the proxy settings and MP_API_BASE_URL."
_WAY_OUT: Final = (
    "Check the network and MP_API_BASE_URL; where a proxy alone leads out, name it:"
    " export HTTPS_PROXY=http://HOST:PORT"
)
_NO_HTTP: Final = re.compile("illegal|malformed|bad |conflicting|too long|unsupported|chunk", re.I)
"""What the parser of HTTP says of bytes that are none."""
_DONE: Final = {
    "connect": "accepted no connection",
    "read": "did not answer",
    "write": "did not take the request",
    "pool": "could not be asked, since no connection was free",
}


class Cause(NamedTuple):
    """One cause, and the way out.

    Attributes:
        name: What kind it is, for programs: `name` (of a host), `refused`, `route`, `certificate`,
            `tls`, `proxy`, `portal`, `timeout`, `lost`, `malformed`, `files` (none more can be
            opened), `request`, `closed` or `other`.
        text: What happened, as a clause.
        hint: What to do about it.
        may_pass: Whether another try may succeed.
    """

    name: str
    text: str
    hint: str = _CHECK
    may_pass: bool = True


class Place(NamedTuple):
    """How far a request had come when it failed.

    Attributes:
        host: The host that it is for.
        peer: The host and port that were connected to last, where that is known.
        tls_host: The host whose certificate was looked at last.
        timeouts: The seconds that each step may take.
        proxy: The variable that names the proxy on the way, if there is one.
    """

    host: str
    peer: tuple[str, int] | None = None
    tls_host: str | None = None
    timeouts: Mapping[str, float | None] = MappingProxyType({})
    proxy: str | None = None

    @property
    def is_before_proxy(self) -> bool:
        """Whether the request has not passed the proxy that it has to pass."""
        return None not in (self.proxy, self.peer) and self.tls_host != self.host

    @property
    def answering(self) -> str:
        """The host whose turn it is to answer."""
        return self.peer[0] if self.peer and self.is_before_proxy else self.host


def cause_of(error: httpx.RequestError) -> Cause:
    """Return why a request failed: what our client has found out, or what the error itself shows.

    Args:
        error: What a client of `httpx` raised.
    """
    found: Cause | None = vars(error).get(_ATTRIBUTE)
    return found or cause_at(error, Place("the server"))


def with_cause(error: httpx.RequestError, cause: Cause) -> httpx.RequestError:
    """Return an error of the same class that says our words, and nothing of the request's headers.

    What to do stands in its note, which Python prints below it.
    """
    import httpx

    told = type(error).__new__(type(error))
    told.args = (cause.text,)
    request = vars(error).get("_request")
    if request is not None:
        told.request = httpx.Request(request.method, request.url)
    told.add_note(cause.hint)
    vars(told)[_ATTRIBUTE] = cause
    return told


def cause_at(error: httpx.RequestError, place: Place) -> Cause:
    """Return why a request failed at a place on its way."""
    found: Cause | None = vars(error).get(_ATTRIBUTE)
    if found is not None:
        return found
    cause = _of_system(error, place) or _of_http(error, place)
    if place.is_before_proxy and cause.name in ("name", "refused", "route", "timeout", "lost"):
        text = f"the proxy of {place.proxy}: {cause.text}"
        return Cause("proxy", text, _way_around(place), may_pass=cause.name != "name")
    return cause


def _of_system(error: httpx.RequestError, place: Place) -> Cause | None:
    """Return what the operating system or the TLS library says, or None where neither does."""
    import socket
    import ssl

    for below in _chain(error):
        if isinstance(below, ssl.SSLCertVerificationError):
            return _certificate(below, place)
        if isinstance(below, ssl.SSLError):
            return _tls(below, place)
        if _is_out_of_files(below):
            return _files()
        if isinstance(below, socket.gaierror):
            return Cause("name", f"the name {_peer(place)[0]} cannot be resolved", _WAY_OUT)
        if isinstance(below, ConnectionRefusedError):
            host, port = _peer(place)
            return Cause("refused", f"{host}{f':{port}' if port else ''} refuses connections")
        if isinstance(below, ConnectionResetError | BrokenPipeError):
            return _lost(place)
        if isinstance(below, OSError) and below.errno in _UNREACHABLE:
            return Cause("route", f"there is no route to {_peer(place)[0]}", _WAY_OUT)
    return None


def _is_out_of_files(error: BaseException) -> bool:
    """Return whether no connection could be opened, since too many files are.

    The resolver of names does not say so: whether one more can be opened is tried.
    """
    import socket

    if not isinstance(error, socket.gaierror):
        return isinstance(error, OSError) and error.errno in _OUT_OF_FILES
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as failed:
        return failed.errno in _OUT_OF_FILES
    return False


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised from, the outermost first."""
    below: BaseException | None = error
    while below is not None:
        yield below
        below = below.__cause__ or below.__context__


def _of_http(error: httpx.RequestError, place: Place) -> Cause:
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return _timeout(error, place)
    if isinstance(error, httpx.ProxyError):
        return _refused_by_proxy(error, place)
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return _unsendable()
    if isinstance(error, httpx.DecodingError) or _is_malformed(error):
        return _malformed(place)
    if isinstance(error, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError):
        return _lost(place)
    return Cause("other", type(error).__name__)


def _is_malformed(error: httpx.RequestError) -> bool:
    """Return whether what came is no HTTP; that the peer hung up is said in the same class."""
    import httpx

    return isinstance(error, httpx.RemoteProtocolError) and bool(_NO_HTTP.search(str(error)))


def _peer(place: Place) -> tuple[str, int | None]:
    return place.peer or (place.host, None)


def _timeout(error: httpx.TimeoutException, place: Place) -> Cause:
    kind = type(error).__name__.removesuffix("Timeout").lower()
    seconds = place.timeouts.get(kind)
    within = f" within {seconds:.3g} s" if seconds is not None else " in time"
    host = _peer(place)[0] if kind == "connect" else place.answering
    return Cause("timeout", f"{host} {_DONE.get(kind, _DONE['read'])}{within}")


def _lost(place: Place) -> Cause:
    return Cause("lost", f"{place.answering} closed the connection before its answer was complete")


def _files() -> Cause:
    return Cause(
        "files",
        "no connection could be opened, since too many files are open",
        "Let this process open more files: ulimit -n 4096",
    )


def _malformed(place: Place) -> Cause:
    return Cause(
        "malformed",
        f"what answers at {place.answering} does not speak HTTP as it must",
        "Check MP_API_BASE_URL and the proxy settings.",
        may_pass=False,
    )


def _unsendable() -> Cause:
    return Cause(
        "request",
        "the request itself cannot be sent: its address, a header or its body is malformed",
        "Check what was given for the call, and the custom header of the configuration.",
        may_pass=False,
    )


def _certificate(error: ssl.SSLCertVerificationError, place: Place) -> Cause:
    host = place.tls_host or place.host
    text, hint = verification_failed(error, host)
    if place.proxy and host != place.host:
        return Cause("proxy", f"the proxy of {place.proxy}: {text}", hint, may_pass=False)
    return Cause("certificate", text, hint, may_pass=False)


def _tls(error: ssl.SSLError, place: Place) -> Cause:
    import ssl

    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return _lost(place)
    host = place.tls_host or place.host
    reason = (error.reason or "").lower().replace("_", " ")
    return Cause(
        "tls",
        f"no secure connection to {host} could be made ({reason or 'TLS failed'})",
        "Check MP_API_BASE_URL and the proxy settings: what answers there speaks no TLS, or another"
        " version of it.",
        may_pass=False,
    )


def _refused_by_proxy(error: httpx.ProxyError, place: Place) -> Cause:
    """Return what it means that a proxy makes no tunnel (RFC 9110 §9.3.6)."""
    proxy = f"the proxy of {place.proxy}" if place.proxy else "the proxy"
    status = str(error)[:3]
    if status in ("401", "407"):
        said = f"{proxy} wants another user or password ({status})"
        hint = f"Put them into {place.proxy or 'HTTPS_PROXY'}: http://USER:PASSWORD@HOST:PORT"
        return Cause("proxy", said, hint, may_pass=False)
    if status.isdecimal():
        text = f"{proxy} does not let a connection to {place.host} through ({status})"
        return Cause("proxy", text, _way_around(place), may_pass=status[0] == "5")
    return Cause("proxy", f"{proxy} does not work as it must", _way_around(place), may_pass=False)


def _way_around(place: Place) -> str:
    variable = place.proxy or "HTTPS_PROXY"
    return f"Correct {variable}, or go without a proxy: export NO_PROXY={place.host}"
