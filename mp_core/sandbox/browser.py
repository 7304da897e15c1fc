"""A person with a browser: opens an authorization URL, decides, and follows the redirect."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from html import unescape
from html.parser import HTMLParser
from http.client import HTTPException
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

_PATIENCE_S = 10.0
_REFRESH = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')
_LOCAL = re.compile(r"http://(?:127\.0\.0\.1|localhost):[0-9]+/")


def is_local(url: str) -> bool:
    """Return whether a URL is one of a server on this machine, a sandbox or a program."""
    return _LOCAL.match(url) is not None


class Browser:
    """Visits consent pages, each in a thread of its own.

    A visit that meets an error page, or nobody, ends there, as it would for a person.
    """

    def __init__(self) -> None:
        self._visits: list[threading.Thread] = []

    def visit(self, url: str, **decision: str) -> None:
        """Begin to open the consent page that a URL leads to, and to send its form.

        Args:
            url: An address on the way there, by a redirect with its cookies, or by a local file.
            **decision: What the person puts into the form.
        """
        visit = threading.Thread(
            target=_visit, args=(url, decision), name="mp-sandbox-browser", daemon=True
        )
        self._visits.append(visit)
        visit.start()

    def close(self) -> None:
        """Wait until every visit has ended; one that nobody answers is left behind."""
        for visit in self._visits:
            visit.join(_PATIENCE_S)


def _visit(url: str, decision: dict[str, str]) -> None:
    opener = build_opener(ProxyHandler({}), HTTPCookieProcessor())
    with suppress(OSError, HTTPException):
        url, page = _fetch(opener, url)
        if onwards := _REFRESH.search(page):
            url, page = _fetch(opener, unescape(onwards[1]))
        form = _Form()
        form.feed(page)
        if form.action:
            _fetch(opener, urljoin(url, form.action), {**form.hidden, **decision})


def _fetch(
    opener: OpenerDirector, url: str, fields: dict[str, str] | None = None
) -> tuple[str, str]:
    """Return where a URL, or the answer to a form, leads in the end, and the page there."""
    data = None if fields is None else urlencode(fields).encode()
    with opener.open(url, data, timeout=_PATIENCE_S) as response:
        page: bytes = response.read()
        return response.url, page.decode("utf-8", "replace")


class _Form(HTMLParser):
    """The form of a page: where it goes, and what it holds already."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the form's address and its hidden fields."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found.get("action", "")
        elif tag == "input" and found.get("type") == "hidden":
            self.hidden[found["name"]] = found.get("value", "")
