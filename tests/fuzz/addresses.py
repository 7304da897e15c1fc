"""Base addresses, paths and whole addresses: no request, and no credential, to another host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
from hypothesis import strategies as st

from mp_core._api.auth import SessionAuth
from mp_core.workspace import Workspace
from tests.fuzz.homes import context_in, stocked
from tests.fuzz.target import Check, ours, target
from tests.fuzz.texts import mostly, texts

PIECES = [
    *["http:", "https:", "HTTPS:", "//", "/", "\\", "@", ":", "?", "#", "%", ".", "..", ";", "&"],
    *["127.0.0.1", "localhost", "[::1]", "[::1%25lo]", "evil.example", "mixpanel.com", "eu."],
    *["127.1", "0x7f.1", "2130706433", "127.0.0.1.evil.example", "localhost.", "xn--a", "\u3002"],
    *["%2f", "%5c", "%40", "%23", "%2e%2e", "%00", "%0d%0a", "%252f", "\uff0f", "\u2044", "\u2100"],
    *[":80", ":443", ":0", ":99999", ":080", "user", "user:pw@", " ", "\t", "\n", "\r", "\x00"],
    *["me", "app", "api", "{project_id}", "{workspace_id}", "{", "..;", "\ufeff", "\xad", "\u200d"],
]
_pieces = st.lists(st.sampled_from(PIECES) | texts, min_size=1, max_size=7).map("".join)
BASES = mostly(
    st.sampled_from(
        ["https://gateway.example", "http://127.0.0.1:9/mixpanel/", "https://[::1]:8443"]
    ),
    _pieces | _pieces.map("https://".__add__) | _pieces.map("http://127.0.0.1".__add__),
    2,
)
PATHS = mostly(st.just("/me"), _pieces | _pieces.map("/".__add__), 2)
INPUTS = st.tuples(
    st.none() | BASES,
    PATHS,
    st.sampled_from(["app", "query"]),
    mostly(st.just("GET"), texts),
    _pieces,
)


def addressed(directory: Path) -> Iterator[Check]:
    home = stocked(directory / "home")

    def check(drawn: tuple[str | None, str, str, str, str]) -> None:
        base, path, family, method, anywhere = drawn
        base = (base or "").removeprefix("\ufeff").strip() or None  # Such a one counts as unset.
        sent: list[httpx.Request] = []

        def handle(request: httpx.Request) -> httpx.Response:
            sent.append(request)
            return httpx.Response(200, json={})

        context = context_in(home, handle, MP_API_BASE_URL=base or "")
        with Workspace.within(context) as ws:
            if method.isascii() and method.isalpha():
                ours(lambda: ws.request(method, path, family=family))  # type: ignore[arg-type]
            else:
                _refused(ws, method)
            session = ws.session
        for request in sent:
            is_lookup = request.url.path.endswith("/workspaces/public")
            _check_sent(request, base, "app" if is_lookup else family)
        sent.clear()
        with (
            httpx.Client(
                transport=httpx.MockTransport(handle), auth=SessionAuth(session, context=context)
            ) as http,
            suppress(httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError),
        ):
            ours(lambda: http.get(anywhere))
        for request in sent:
            _check_origin(str(request.url), base)
            _check_origin(anywhere, base)

    yield check


def _refused(ws: Workspace, method: str) -> None:
    try:
        ws.request(method, "/me")
    except ValueError as error:
        if type(error) is not ValueError:
            raise
    else:
        raise AssertionError("a method is sent that is none")


def _check_sent(request: httpx.Request, base: str | None, family: str) -> None:
    _check_origin(str(request.url), base)
    prefix = (urlsplit(base).path.rstrip("/") if base else "") + f"/api/{family}/"
    raw = request.url.raw_path.decode("ascii")
    assert unquote(raw).startswith(unquote(prefix)), f"{raw} is not below {prefix}"
    assert not re.search(r"[\x00-\x20\x7f]", raw), "the request line can be cut"
    segments = unquote(raw.partition("?")[0]).replace("\\", "/").split("/")
    assert ".." not in segments[len(prefix.split("/")) - 1 :], f"{raw} leads up"
    assert request.headers["Host"] == request.url.netloc.decode("ascii")


def _check_origin(url: str, base: str | None) -> None:
    """Check that every reader finds the same host, and that it is the one that is meant."""
    meant = {_curl(base)} if base else {"mixpanel.com", "data.mixpanel.com"}
    for reader in (_httpx, _urllib, _curl, _browser):
        assert reader(url) in meant, f"{reader.__name__} goes to {reader(url)}, not to {meant}"


def _httpx(url: str) -> str:
    return httpx.URL(url).host.strip("[]").lower()


def _urllib(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def _curl(url: str) -> str:
    """Return the host: behind the last @ of what ends before /, ? or # (as curl splits it)."""
    found = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)", url.strip())
    host = re.sub(r":\d*$", "", (found[1] if found else "").rpartition("@")[2])
    return host.strip("[]").lower()


def _browser(url: str) -> str:
    """Return the host as browsers do, for which a backslash is a slash, and a tab is nothing."""
    return _curl(re.sub(r"[\t\r\n]", "", url).replace("\\", "/"))


ADDRESSES = target("addresses", INPUTS)(addressed)
