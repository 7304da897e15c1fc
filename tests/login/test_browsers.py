"""Which programs are tried, in which order, and how each is told the address."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mp_core._login.browsers import Browser, browsers
from mp_core._runtime.context import Context

linux = pytest.mark.skipif(sys.platform != "linux", reason="each system has a way of its own")


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("firefox", [Browser(("firefox", "%s"))]),
        ("firefox -P work", [Browser(("firefox", "-P", "work", "%s"))]),
        ("'/opt/my browser/b' --url=%s -x", [Browser(("/opt/my browser/b", "--url=%s", "-x"))]),
        ("opener %s &", [Browser(("opener", "%s"), is_beside=True)]),
        ("one:two %s", [Browser(("one", "%s")), Browser(("two", "%s"))]),
        ("'open::&: :x", [Browser(("x", "%s"))]),
        ("", []),
    ],
)
@linux
def test_h31_every_form_of_the_variable_is_understood(chosen: str, expected: list[Browser]) -> None:
    assert browsers({"BROWSER": chosen}) == expected


@linux
@pytest.mark.parametrize("display", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_h31_the_chosen_one_goes_first_and_the_desktop_follows(display: str) -> None:
    found = [browser.words[0] for browser in browsers({"BROWSER": "mine", display: ":0"})]
    assert found[:2] == ["mine", "xdg-open"]


@pytest.mark.parametrize("name", ["w3m", "lynx -accept_all_cookies", "/usr/bin/links", "elinks %s"])
@linux
def test_h31_h79_a_browser_in_the_terminal_is_not_opened(name: str) -> None:
    assert browsers({"BROWSER": name}) == []


@pytest.mark.parametrize("name", ["wslview", "/mnt/c/Firefox/firefox.exe", "explorer.exe %s"])
@linux
def test_h79_a_browser_of_windows_which_sees_no_file_of_linux_is_not_opened(name: str) -> None:
    assert browsers({"BROWSER": name}) == []


@linux
def test_h79_a_link_to_one_is_not_opened_either(tmp_path: Path) -> None:
    (tmp_path / "wslview").write_text("#!/bin/sh\n")
    (tmp_path / "wslview").chmod(0o700)
    (tmp_path / "www").symlink_to("wslview")
    assert browsers({"BROWSER": "www", "PATH": str(tmp_path)}) == []


@pytest.mark.parametrize(
    ("browser", "opens"),
    [
        (Browser(("true",)), True),
        (Browser(("false",)), False),
        (Browser(("/no/such/program",)), False),
        (Browser(("/no/such/program",), is_beside=True), False),
        (Browser(("sleep", "30"), is_beside=True), True),
    ],
)
def test_h31_whether_one_opens_is_told_and_one_beside_is_not_waited_for(
    home: Path, browser: Browser, opens: bool
) -> None:
    assert browser.opens(Context(), "file:///fake.html") is opens
