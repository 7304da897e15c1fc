"""`examine` knows the private files that killed logins left."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mp_core._doctor.pages import page_findings
from mp_core._login.private_page import PrivatePages
from mp_core._runtime.context import Context

HOUR_S = 3600


@pytest.fixture
def page(context: Context) -> Path:
    """The directory of the page of a login."""
    address = PrivatePages(context.env).leading_to("https://example.com/authorize")
    return Path(address.removeprefix("file://")).parent


@pytest.mark.parametrize("fix", [False, True])
def test_h92_the_page_of_a_killed_login_is_found_and_removed(
    context: Context, page: Path, fix: bool
) -> None:
    long_ago = time.time() - HOUR_S
    os.utime(page, (long_ago, long_ago))
    [found] = page_findings(context, fix)
    assert (found.subject, found.is_fixed) == (str(page), fix)
    assert page.exists() is not fix


def test_h92_the_page_of_a_login_that_goes_on_is_left_alone(context: Context, page: Path) -> None:
    assert list(page_findings(context, True)) == []
    assert page.exists()
