"""What the person sees in the end: readable in both color schemes, harmless, without a secret.

Pictures of every page are in the temporary directories of these tests.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mp_core as mp
from tests.support.chromium import Chromium, approve
from tests.support.machine import Login, Machine

pytestmark = pytest.mark.providers

ACCOUNT = "a_name_of_64_letters_which_is_as_long_as_the_name_of_one_can_be_"
READABLE = 4.5
"""The contrast that text needs (WCAG 2.2, criterion 1.4.3)."""

COLORS = """
const opaque = (node) => {
  const color = getComputedStyle(node).backgroundColor;
  return color.startsWith("rgba") ? opaque(node.parentElement) : color;
};
return [...document.querySelectorAll("h1, p, code, .mark")].map(
  (node) => [getComputedStyle(node).color, opaque(node)]
);
"""
INJECTED = """
const script = document.createElement("script");
script.textContent = "window.ran = true";
document.body.append(script);
return window.ran === true;
"""


def _luminance(color: str) -> float:
    """Return the relative luminance of a color such as `rgb(1, 2, 3)` (WCAG 2.2)."""
    shares = [int(number) / 255 for number in re.findall(r"\d+", color)[:3]]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(color: str, background: str) -> float:
    darker, lighter = sorted((_luminance(color), _luminance(background)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture
def login(machine: Machine, chromium: Chromium) -> Login:
    """A login for which the browser asks."""
    mp.accounts.add(ACCOUNT, type="oauth_browser", region="us")
    login = Login(machine, ACCOUNT)
    login.wait_for_browser()
    return login


@pytest.fixture
def approved(login: Login, chromium: Chromium) -> Login:
    """A login that is complete, with its page in the browser."""
    approve(chromium, "ada")
    assert login.end() == 0, login.said
    return login


@pytest.fixture
def denied(login: Login, chromium: Chromium) -> Login:
    """A login that was denied, with its page in the browser."""
    chromium.click(".login-help a")
    chromium.read("main.failed")
    assert login.end() == 2
    return login


def _assert_readable(chromium: Chromium, pictures: Path) -> None:
    backgrounds = []
    for scheme in ("light", "dark"):
        chromium.prefer(scheme)
        chromium.photograph(pictures / f"{scheme}.png")
        colors = chromium.run(COLORS)
        assert min(_contrast(*pair) for pair in colors) >= READABLE, colors
        backgrounds.append(_luminance(colors[-1][1]))
    light, dark = backgrounds
    assert light > 0.5 > dark


@pytest.mark.usefixtures("approved")
def test_the_page_after_a_login_names_the_account_and_is_readable(
    chromium: Chromium, tmp_path: Path
) -> None:
    assert chromium.read("h1") == f"Account {ACCOUNT} is logged in"
    assert "close this tab" in chromium.read("main")
    _assert_readable(chromium, tmp_path)


@pytest.mark.usefixtures("denied")
def test_the_page_after_a_denial_says_why_and_what_to_do_and_is_readable(
    chromium: Chromium, tmp_path: Path
) -> None:
    assert chromium.read("h1") == f"Account {ACCOUNT} is not logged in"
    assert "access was denied in the browser" in chromium.read("main")
    assert chromium.read("code") == f"mp account login {ACCOUNT}"
    _assert_readable(chromium, tmp_path)


def test_the_page_for_a_stray_request_is_readable(
    login: Login, chromium: Chromium, tmp_path: Path
) -> None:
    chromium.open(f"http://localhost:{login.port}/")
    _assert_readable(chromium, tmp_path)


@pytest.mark.usefixtures("denied")
def test_the_longest_name_fits_into_the_smallest_window(chromium: Chromium, tmp_path: Path) -> None:
    chromium.resize(320, 640)
    chromium.photograph(tmp_path / "small.png")
    page = "document.documentElement"
    assert chromium.run(f"return {page}.scrollWidth - {page}.clientWidth") == 0


def test_no_secret_of_the_login_stays_in_the_browser(approved: Login, chromium: Chromium) -> None:
    assert chromium.address == f"http://localhost:{approved.port}/done"
    known = chromium.run("return [document.referrer, document.documentElement.outerHTML].join()")
    assert "code=" not in known
    assert "state=" not in known


@pytest.mark.usefixtures("approved")
def test_nothing_that_gets_into_the_page_runs(chromium: Chromium) -> None:
    assert chromium.run(INJECTED) is False
