"""Distributions of others that are broken, closed, or claim what is taken, beside good ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.broken_sites import BrokenSite, announcing
from tests.support.home_files import write_config
from tests.support.provider_texts import provider_text

UNPRIVILEGED = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
"""Root who is refused what others are refused."""

CONFIG = """
[active]
account = "good"
[accounts.good]
type = "t_good"
region = "us"
default_project = "1"
"""
UNHARMED = (
    "session",
    "account list",
    "account show good",
    "plugins list",
    "plugins list --load",
    "plugins info t_good",
    "target list",
    "account use good",
    "account update good --default-project 2",
    "help environment",
)


@pytest.fixture
def site(tmp_path: Path, home: Path) -> BrokenSite:
    """A directory with a good provider, and a configuration with an account of its."""
    write_config(home, CONFIG)
    return BrokenSite(tmp_path)


@pytest.mark.parametrize(
    "data", [b"junk\n", b"\xff\xfe\0\0", b"[pydantic]\nodd = no_such_module\n"]
)
def test_h83_every_command_works_beside_entry_points_of_junk(site: BrokenSite, data: bytes) -> None:
    """Others who read them in our process, as pydantic does, are not stopped either."""
    site.directory(
        "other-1.0.dist-info", METADATA=b"Name: other\nVersion: 1.0\n", entry_points=data
    )
    for command in UNHARMED:
        done = site.mp(*command.split())
        assert done.returncode == 0, (command, done.stderr)


def test_h83_the_list_of_plugins_names_what_is_broken_with_what_heals_it(site: BrokenSite) -> None:
    leftover = site.directory("~ther-1.0.dist-info")
    done = site.mp("plugins", "list", "-f", "json")
    assert f"{leftover.name} is broken: It was left behind when pip was interrupted" in done.stderr
    assert f"To heal it: rm -rf '{leftover}'" in done.stderr


@pytest.fixture
def unprivileged() -> tuple[str, ...]:
    """What goes before a command, so that closed files are closed to it."""
    if os.geteuid():
        return ()
    if subprocess.run([*UNPRIVILEGED, "true"], check=False, timeout=60).returncode:
        pytest.skip("root may read everything, and setpriv cannot take that away")
    return UNPRIVILEGED


@pytest.mark.parametrize("closed", ["", "entry_points.txt", "METADATA"])
def test_h83_a_distribution_that_may_not_be_read_is_told_of_and_hides_no_other(
    site: BrokenSite, unprivileged: tuple[str, ...], closed: str
) -> None:
    info = site.provide("t_odd")
    (info / closed).chmod(0)
    mp = (*unprivileged, sys.executable, "-m", "mp_core.cli", "plugins", "list")
    env = {**os.environ, "PYTHONPATH": str(site.root)}
    done = subprocess.run(mp, env=env, capture_output=True, text=True, timeout=60, check=True)
    assert "t_good" in done.stdout
    assert f"To heal it: chmod -R a+rX {info}" in done.stderr
    subprocess.run(["sh", "-c", f"chmod -R a+rX {info}"], check=True, timeout=60)
    healed = subprocess.run(mp, env=env, capture_output=True, text=True, timeout=60, check=True)
    assert "t_odd" in healed.stdout
    assert "broken" not in healed.stderr


def test_h83_two_different_entries_of_one_name_in_one_distribution_name_both(
    site: BrokenSite,
) -> None:
    info = site.provide("t_odd")
    (info / "entry_points.txt").write_bytes(announcing("t_odd = one", "t_odd = two:plugin"))
    done = site.mp("plugins", "info", "t_odd", "-f", "json")
    assert "is claimed by acme-odd 1.0, twice; neither is used." in done.stdout
    assert "one of one and two:plugin" in done.stdout
    assert "uninstall" not in done.stdout
    assert site.mp("session").returncode == 0


def test_h83_of_two_claims_of_strangers_either_may_be_removed(site: BrokenSite) -> None:
    for name in ("one", "two"):
        site.install(f"acme-{name}", providers={"t_both": provider_text("t_both")})
    told = site.mp("plugins", "info", "t_both", "-f", "json").stdout
    assert "Remove one of them: " in told
    assert "uninstall acme-one · or: " in told
    assert "uninstall acme-two" in told


@pytest.mark.providers
@pytest.mark.parametrize("name", ["aaa", "zzz"])
def test_h83_what_the_core_s_own_provider_is_claimed_by_is_removed_and_not_the_provider(
    site: BrokenSite, name: str
) -> None:
    site.install(name, providers={"oauth_token": provider_text("oauth_token")})
    told = site.mp("plugins", "info", "oauth_token", "-f", "json").stdout
    assert f"Remove the other: {sys.executable} -m pip uninstall {name}" in told
    assert "uninstall mp-oauth-token" not in told


def test_h84_no_command_to_install_is_made_from_a_type_in_a_configuration(
    site: BrokenSite, home: Path
) -> None:
    write_config(home, CONFIG + '[accounts.odd]\ntype = "acme_sso"\nregion = "us"\n')
    for command in (
        "-a odd session",
        "account list -f json",
        "account show odd",
        "account use odd",
        "plugins info acme_sso -f json",
        "plugins list",
        "account add new --type acme_sso --region us",
        "doctor",
    ):
        done = site.mp(*command.split())
        assert "mp-acme" not in done.stdout + done.stderr
        assert "pip install" not in done.stdout + done.stderr
    told = site.mp("account", "add", "new", "--type", "acme_sso", "--region", "us").stderr
    assert "Install the distribution that provides 'acme_sso'" in told
