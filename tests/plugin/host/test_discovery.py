"""What is installed, found once; and the command that installs what is missing."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core.plugin._host.discovery import (
    Installed,
    distribution_of_class,
    installed,
    known_distribution,
    matching_type,
    scanned,
)
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS


def fresh_scan() -> Mapping[tuple[str, str], tuple[Installed, ...]]:
    """What is installed now, apart from what this process has seen."""
    found: Mapping[tuple[str, str], tuple[Installed, ...]]
    found = cast(Any, scanned).__wrapped__().plugins
    return found


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that Python searches for distributions first."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def distribute(
    root: Path, name: str, entry_points: str, *, version: str = "1.0", metadata: str | None = None
) -> None:
    info = root / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    if metadata != "":
        (info / "METADATA").write_text(text if metadata is None else metadata)
    (info / "entry_points.txt").write_text(entry_points)


def names(
    found: Mapping[tuple[str, str], tuple[Installed, ...]], group: str, name: str
) -> set[str]:
    return {str(plugin) for plugin in found.get((group, name), ())}


def test_providers_and_extensions_are_found_by_group_and_name(site: Path) -> None:
    distribute(
        site,
        "acme-sso",
        f"[{PROVIDERS}]\nticket = acme:one\npass = acme:two\n[{EXTENSIONS}]\nticket = acme.policy\n"
        "[console_scripts]\nticket = acme:main\n",
    )
    found = fresh_scan()
    assert names(found, PROVIDERS, "ticket") == {"acme-sso 1.0"}
    assert names(found, PROVIDERS, "pass") == {"acme-sso 1.0"}
    assert names(found, EXTENSIONS, "ticket") == {"acme-sso 1.0"}
    (plugin,) = found[PROVIDERS, "ticket"]
    assert (plugin.name, plugin.group, plugin.entry_point.value) == (
        "ticket",
        PROVIDERS,
        "acme:one",
    )
    assert {group for group, _ in found} <= {PROVIDERS, EXTENSIONS}
    assert "acme" not in sys.modules


def test_h49_two_distributions_under_one_key_are_both_kept(site: Path) -> None:
    distribute(site, "acme-one", f"[{PROVIDERS}]\nticket = one\n")
    distribute(site, "acme-two", f"[{PROVIDERS}]\nticket = two\n", version="2.0")
    assert names(fresh_scan(), PROVIDERS, "ticket") == {"acme-one 1.0", "acme-two 2.0"}


def test_a_distribution_that_shadows_another_version_of_itself_is_no_conflict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when an editable installation stands before an ordinary one on the search path."""
    for place, version in (("behind", "1.0"), ("ahead", "2.0")):
        distribute(tmp_path / place, "acme-sso", f"[{PROVIDERS}]\nticket = x\n", version=version)
        monkeypatch.syspath_prepend(tmp_path / place)
    assert names(fresh_scan(), PROVIDERS, "ticket") == {"acme-sso 2.0"}


@pytest.mark.parametrize("metadata", ["", "Metadata-Version: 2.1\n", "garbage"])
def test_h48_a_distribution_without_proper_metadata_hides_no_other(
    site: Path, metadata: str
) -> None:
    distribute(site, "acme-broken", f"[{PROVIDERS}]\nbroken = x\n", metadata=metadata)
    distribute(site, "acme-sso", f"[{PROVIDERS}]\nticket = x\n")
    found = fresh_scan()
    assert names(found, PROVIDERS, "ticket") == {"acme-sso 1.0"}
    assert names(found, PROVIDERS, "broken") == {"acme_broken 1.0"}, "its directory's name"


def test_what_a_description_says_is_no_metadata(site: Path) -> None:
    metadata = "Metadata-Version: 2.1\nName: acme-sso\nVersion: 1.0\n\nName: other\nVersion: 2\n"
    distribute(site, "acme-sso", f"[{PROVIDERS}]\nticket = x\n", metadata=metadata)
    assert names(fresh_scan(), PROVIDERS, "ticket") == {"acme-sso 1.0"}


def test_h48_metadata_that_is_no_text_hides_nothing(site: Path) -> None:
    distribute(site, "acme-sso", f"[{PROVIDERS}]\nticket = x\n")
    (site / "acme_sso-1.0.dist-info" / "METADATA").write_bytes(b"Name: acme-sso\nAuthor: \xff\n")
    assert names(fresh_scan(), PROVIDERS, "ticket") == {"acme-sso 1.0"}


def test_a_distribution_in_the_older_layout_has_a_name_too(site: Path) -> None:
    info = site / "acme_sso.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: acme-sso\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{PROVIDERS}]\nticket = x\n")
    assert names(fresh_scan(), PROVIDERS, "ticket") == {"acme-sso 1.0"}


def test_h48_an_entry_point_that_is_malformed_hides_no_other(site: Path) -> None:
    distribute(site, "acme-broken", f"[{PROVIDERS}]\nbroken = not a : module [\n")
    distribute(site, "acme-sso", f"[{PROVIDERS}]\nticket = x\n")
    assert names(fresh_scan(), PROVIDERS, "ticket") == {"acme-sso 1.0"}


def test_h52_the_scan_is_made_once() -> None:
    assert installed() is installed()


# Names.


KNOWN = {
    "service_account": "mp-service-account",
    "oauth_token": "mp-oauth-token",
    "oauth_browser": "mp-oauth-browser",
}


@pytest.mark.parametrize(("type_", "distribution"), KNOWN.items())
def test_h84_a_type_of_the_core_s_own_extra_is_known(type_: str, distribution: str) -> None:
    assert known_distribution(type_) == distribution


@pytest.mark.parametrize("type_", ["acme", "acme_sso", "service", "oauth", "core", "", "x; rm y"])
def test_h84_no_name_is_made_up_for_another_type(type_: str) -> None:
    assert known_distribution(type_) is None


@pytest.mark.parametrize(
    ("class_name", "distribution"),
    [
        ("ServiceAccount", "mp-service-account"),
        ("OAuthTokenAccount", "mp-oauth-token"),
        ("OAuthBrowserAccount", "mp-oauth-browser"),
        ("AcmeSsoAccount", None),
    ],
)
def test_h84_a_class_leads_to_a_distribution_that_is_known_or_to_none(
    class_name: str, distribution: str | None
) -> None:
    assert distribution_of_class(class_name) == distribution


@given(st.from_regex(r"[a-z]{1,8}(_[a-z]{1,8}){0,3}", fullmatch=True))
def test_a_type_and_its_class_lead_to_one_another(type_: str) -> None:
    class_name = "".join(word.capitalize() for word in type_.split("_"))
    if not type_.endswith("account"):
        class_name += "Account"
    assert matching_type(class_name, ["zzz_other", type_]) == type_
    assert matching_type(class_name, ["zzz_other"]) is None
