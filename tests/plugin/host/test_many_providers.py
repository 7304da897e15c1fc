"""Thirty installed providers: a command imports the one that it needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.many_providers import ACTIVE, configure_one, site_of, variable_of
from tests.support.site_directory import Site

COUNT = 30
RUN = """
import sys
from importlib_metadata import entry_points
from mp_core.cli.run import run
code = run({words!r})
installed = {{point.module for point in entry_points(group="mp_core.providers")}}
assert len(installed) >= {count}, installed
print(code, *sorted(installed & set(sys.modules)))
"""


@pytest.fixture
def site(tmp_path: Path, home: Path) -> Site:
    configure_one(home)
    return site_of(tmp_path, COUNT)


def imported(site: Site, *words: str, **env: str) -> list[str]:
    """Return which providers a fresh process of a command imports; the last line is its code."""
    done = site.run(RUN.format(words=list(words), count=COUNT), warnings="default", **env)
    code, *names = done.stdout.splitlines()[-1].split()
    return [code, *(name.rpartition("_")[2] for name in names)]


@pytest.mark.parametrize("words", [["session"], ["session", "--explain"]], ids=" ".join)
def test_h99_the_session_imports_the_provider_of_the_active_account_alone(
    site: Site, words: list[str]
) -> None:
    assert imported(site, *words) == ["0", ACTIVE]


def test_h99_one_whose_variable_is_set_is_imported_as_well(site: Site) -> None:
    assert imported(site, "session", **{variable_of("type7"): "x"}) == ["0", ACTIVE, "type7"]


def test_h99_where_no_account_is_selected_none_is_imported_to_say_so(
    site: Site, home: Path
) -> None:
    (home / ".mp" / "config.toml").unlink()
    assert imported(site, "session") == ["1"]
