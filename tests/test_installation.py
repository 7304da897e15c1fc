"""What is installed, found once; and the command that installs what is missing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core.hookspecs import EXTENSIONS, PROVIDERS
from mp_core.installation import (
    Installed,
    distribution_for,
    install_command,
    installed,
    matching_type,
)

Distribute = Callable[..., None]
fresh_scan = cast(Any, installed).__wrapped__


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
    assert names(found, PROVIDERS, "broken") <= {"an unnamed distribution"}


def test_h48_an_entry_point_that_is_malformed_hides_no_other(site: Path) -> None:
    distribute(site, "acme-broken", f"[{PROVIDERS}]\nbroken = not a : module [\n")
    distribute(site, "acme-sso", f"[{PROVIDERS}]\nticket = x\n")
    assert names(fresh_scan(), PROVIDERS, "ticket") == {"acme-sso 1.0"}


def test_h52_the_scan_is_made_once() -> None:
    assert installed() is installed()


# Names.


@pytest.mark.parametrize(
    ("asked", "distribution"),
    [
        ("acme", "mp-acme"),
        ("acme_sso", "mp-acme-sso"),
        ("AcmeSso", "mp-acme-sso"),
        ("Acme2Go", "mp-acme2-go"),
        ("service_account", "mp-service-account"),
        ("Service", "mp-service-account"),
        ("oauth_token", "mp-oauth-token"),
        ("OAuthToken", "mp-oauth-token"),
        ("OAuthBrowser", "mp-oauth-browser"),
    ],
)
def test_a_distribution_is_named_after_its_type_and_the_known_ones_by_their_names(
    asked: str, distribution: str
) -> None:
    assert distribution_for(asked) == distribution


@given(st.from_regex(r"[a-z]{1,8}(_[a-z]{1,8}){0,3}", fullmatch=True))
def test_a_type_and_its_class_lead_to_one_another(type_: str) -> None:
    class_name = "".join(word.capitalize() for word in type_.split("_"))
    if not type_.endswith("account"):
        class_name += "Account"
    assert matching_type(class_name, ["zzz_other", type_]) == type_
    assert matching_type(class_name, ["zzz_other"]) is None


# Commands (H54).


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("/home/me/.local/share/pipx/venvs/mp-core", "pipx inject mp-core mp-acme"),
        ("/opt/pipx/venvs/mp-core", "pipx inject mp-core mp-acme"),
        ("/home/me/.local/share/uv/tools/mp-core", "uv tool install mp-core --with mp-acme"),
        ("/home/me/project/.venv", f"{sys.executable} -m pip install mp-acme"),
        ("/usr", f"{sys.executable} -m pip install mp-acme"),
        ("/home/uv/project/.venv", f"{sys.executable} -m pip install mp-acme"),
    ],
)
def test_h54_the_command_installs_into_the_environment_that_runs(prefix: str, command: str) -> None:
    assert install_command("mp-acme", prefix=prefix) == command


def test_h54_the_running_environment_is_the_default() -> None:
    assert install_command("mp-acme") == install_command("mp-acme", prefix=sys.prefix)
