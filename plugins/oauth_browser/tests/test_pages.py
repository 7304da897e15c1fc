"""What the person sees in the browser: whole, for everybody, and harmless."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser

import pytest

from mp_oauth_browser import pages

SUCCESS = pages.success("me")
FAILURE = pages.failure("me", "mp login", "The server said <b>no</b> & left.")
ALL = {"success": SUCCESS, "failure": FAILURE, "stray": pages.stray()}


class Reader(HTMLParser):
    """Collects the text, the elements and the style of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.style = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._element = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._element = tag
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self._element == "style":
            self.style += data
            self._element = ""
        else:
            self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_success_names_the_account_and_says_that_the_tab_can_be_closed() -> None:
    text = Reader(SUCCESS).text
    assert "Account me is logged in" in text
    assert "You can close this tab" in text


def test_failure_says_why_and_what_to_type() -> None:
    text = Reader(FAILURE).text
    assert "Account me is not logged in" in text
    assert "The server said <b>no</b> & left." in text
    assert "mp login" in text


def test_what_a_server_says_is_text_and_no_markup() -> None:
    assert "<b>" not in FAILURE
    assert "<script" not in pages.failure("me", "mp login", "<script>alert(1)</script>")


@pytest.mark.parametrize("page", ALL.values(), ids=ALL.keys())
def test_a_page_loads_and_runs_nothing_and_sends_nobody_elsewhere(page: str) -> None:
    read = Reader(page)
    tags = {tag for tag, _ in read.elements}
    assert not tags & {"script", "img", "iframe", "form", "a", "object", "embed", "base"}
    assert [link["href"] for link in read.named("link")] == ["data:,"]
    assert "url(" not in read.style
    assert "@import" not in read.style


@pytest.mark.parametrize("page", ALL.values(), ids=ALL.keys())
def test_the_policy_allows_the_style_of_the_page_and_nothing_else(page: str) -> None:
    digest = base64.b64encode(hashlib.sha256(Reader(page).style.encode()).digest()).decode()
    policy = pages.HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("page", ALL.values(), ids=ALL.keys())
def test_a_page_says_its_language_its_title_and_its_heading(page: str) -> None:
    read = Reader(page)
    assert read.named("html") == [{"lang": "en"}]
    assert {"charset": "utf-8"} in read.named("meta")
    assert len(read.named("title")) == len(read.named("h1")) == len(read.named("main")) == 1
    assert all(mark["aria-hidden"] == "true" for mark in read.named("div"))


def test_a_page_follows_the_colour_scheme_of_the_person() -> None:
    style = Reader(SUCCESS).style
    assert "color-scheme: light dark" in style
    assert "prefers-color-scheme: dark" in style


def test_nothing_is_kept_or_passed_on() -> None:
    assert pages.HEADERS["Cache-Control"] == "no-store"
    assert pages.HEADERS["Referrer-Policy"] == "no-referrer"
    assert pages.HEADERS["X-Content-Type-Options"] == "nosniff"
