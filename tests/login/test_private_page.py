"""H79: what a browser is started with is a file of this user's alone, which leads on and goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.request import url2pathname

import pytest

from mp_core._login.private_page import PrivatePages
from tests.support.child_processes import SOMEONE, needs_root
from tests.support.private_files import mode

ADDRESS = 'http://localhost:19284/start?key=fake-key&other="<'
NO_SNAPS = Path("/no-such-directory")


@pytest.fixture
def env(home: Path) -> dict[str, str]:
    return {"HOME": str(home)}


@pytest.fixture
def pages(env: dict[str, str]) -> Iterator[PrivatePages]:
    pages = PrivatePages(env, NO_SNAPS)
    yield pages
    pages.remove()


def file_at(address: str) -> Path:
    assert address.startswith("file:///")
    return Path(url2pathname(address.removeprefix("file://")))


def test_h79_a_page_is_for_its_owner_alone_and_says_no_more_than_where_to_go(
    pages: PrivatePages, home: Path
) -> None:
    old = os.umask(0)
    try:
        page = file_at(pages.leading_to(ADDRESS))
    finally:
        os.umask(old)
    assert (mode(page), mode(page.parent), page.parent.parent) == (0o600, 0o700, home / ".mp")
    text = page.read_text()
    assert text.count("http://localhost:19284/start?key=fake-key&amp;other=&quot;&lt;") == 2
    assert '"<' not in text
    assert "script" not in text


def test_h79_a_page_goes_with_its_login(pages: PrivatePages, home: Path) -> None:
    for _ in range(2):
        pages.leading_to(ADDRESS)
    pages.remove()
    assert list((home / ".mp").iterdir()) == []


def test_h79_a_page_that_a_killed_login_left_goes_with_the_next_one_and_no_other(
    pages: PrivatePages, env: dict[str, str]
) -> None:
    killed, present = (PrivatePages(env, NO_SNAPS).leading_to(ADDRESS) for _ in range(2))
    os.utime(file_at(killed).parent, (0, 0))
    pages.leading_to(ADDRESS)
    assert not file_at(killed).parent.exists()
    assert file_at(present).exists()


def test_h79_where_browsers_may_be_snaps_a_page_is_where_they_see_it(
    env: dict[str, str], home: Path, tmp_path: Path
) -> None:
    pages = PrivatePages(env, snaps=tmp_path)
    page = file_at(pages.leading_to(ADDRESS))
    assert page.parent.parent == home
    assert not any(part.startswith(".") for part in page.relative_to(home).parts)
    pages.remove()
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("opened", [0o770, 0o707])
def test_h79_where_somebody_else_could_put_another_page_there_is_none(
    pages: PrivatePages, home: Path, opened: int
) -> None:
    (home / ".mp").mkdir()
    (home / ".mp").chmod(opened)
    with pytest.raises(PermissionError):
        pages.leading_to(ADDRESS)


@needs_root
def test_h79_in_a_directory_of_somebody_else_there_is_no_page(
    pages: PrivatePages, home: Path
) -> None:
    (home / ".mp").mkdir(mode=0o700)
    os.chown(home / ".mp", SOMEONE, SOMEONE)
    with pytest.raises(PermissionError):
        pages.leading_to(ADDRESS)


def test_h79_without_a_home_there_is_no_page_and_nothing_breaks(env: dict[str, str]) -> None:
    pages = PrivatePages({"HOME": "/dev/null"}, NO_SNAPS)
    with pytest.raises(PermissionError):
        pages.leading_to(ADDRESS)
    pages.remove()
