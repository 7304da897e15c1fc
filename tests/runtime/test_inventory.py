"""What there is to say about installed plugins, with and without loading them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.home_files import write_config
from tests.support.provider_texts import provider_text
from tests.support.site_directory import Site

TRACED = "import os, pathlib\npathlib.Path(os.environ['TRACE'], __name__).touch()\n"
POLICY = f"""{TRACED}
from mp_core.plugin import hookimpl

@hookimpl
def mp_validate_account():
    pass
"""

CONFIG = """
[accounts.zoe]
type = "card"
region = "us"
[accounts.amy]
type = "card"
region = "us"
default_project = "1"
[accounts.lost]
type = "gone"
region = "us"
[accounts.typeless]
region = "us"
[accounts.odd]
type = 3
[settings]
extensions = ["policy", "absent"]
"""

DUMP = "print(json.dumps([row.model_dump(mode='json') for row in rows]))"


@pytest.fixture
def site(tmp_path: Path, home: Path) -> Site:
    """A good provider, a broken one, two in conflict, and two extensions, one of them on."""
    made = Site(tmp_path)
    made.install(
        "acme-cards",
        providers={"card": TRACED + provider_text("card") + '\nMP_CONTRACT = "1.0"\n'},
        extensions={"card": TRACED, "policy": POLICY},
        version="2.1",
    )
    made.install("acme-broken", providers={"broken": TRACED + "import nothing_of_that_name"})
    made.install("first-claim", providers={"claimed": TRACED})
    made.install("second-claim", providers={"claimed": TRACED})
    write_config(home, CONFIG)
    return made


def ask(site: Site, call: str, **env: str) -> list[dict[str, Any]]:
    """The rows that a call on `Plugins` yields in a fresh process, without those installed here."""
    code = f"import json\nfrom mp_core._runtime.inventory import Plugins\nrows = {call}\n{DUMP}"
    done = site.run(code, TRACE=str(site.root), **env)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    ours = {"acme-cards", "acme-broken", "first-claim", "second-claim", None}
    return [row for row in rows if row["distribution"] in ours]


def imported(site: Site) -> set[str]:
    return {file.name for file in site.root.iterdir() if not file.suffix and file.is_file()}


def test_h52_listing_imports_nothing_and_tells_what_the_metadata_tells(site: Site) -> None:
    rows = ask(site, "Plugins().list()")
    assert [
        (row["name"], row["kind"], row["distribution"], row["version"], row["status"])
        for row in rows
    ] == [
        ("broken", "provider", "acme-broken", "1.0", "not_loaded"),
        ("card", "provider", "acme-cards", "2.1", "not_loaded"),
        ("claimed", "provider", "first-claim", "1.0", "conflict"),
        ("claimed", "provider", "second-claim", "1.0", "conflict"),
        ("gone", "provider", None, None, "missing"),
        ("absent", "extension", None, None, "missing"),
        ("card", "extension", "acme-cards", "2.1", "off"),
        ("policy", "extension", "acme-cards", "2.1", "not_loaded"),
    ]
    assert {(row["contract"], row["import_ms"]) for row in rows} == {(None, None)}
    assert imported(site) == set()


def test_the_accounts_of_a_type_are_told_whether_they_are_valid_or_not(site: Site) -> None:
    rows = ask(site, "Plugins().list()")
    used = {row["name"]: row["accounts"] for row in rows if row["kind"] == "provider"}
    assert used == {"broken": [], "card": ["amy", "zoe"], "claimed": [], "gone": ["lost"]}
    assert all(row["accounts"] == [] for row in rows if row["kind"] == "extension")


def test_loading_tells_contract_version_import_time_and_what_is_broken(site: Site) -> None:
    rows = {(row["kind"], row["name"]): row for row in ask(site, "Plugins().list(load=True)")}
    card, broken = rows["provider", "card"], rows["provider", "broken"]
    assert (card["status"], card["reason"], card["contract"]) == ("available", None, "1.0")
    assert card["import_ms"] > 0
    assert (broken["status"], broken["contract"]) == ("failed", None)
    assert broken["import_ms"] > 0
    assert "acme-broken 1.0, could not be loaded: ModuleNotFoundError" in broken["reason"]
    assert "pip install --upgrade acme-broken" in broken["reason"]
    assert rows["extension", "policy"]["status"] == "available"
    assert rows["extension", "card"]["status"] == "off"
    assert imported(site) == {
        "acme_broken_providers_broken",
        "acme_cards_extensions_policy",
        "acme_cards_providers_card",
    }


def test_h49_h54_every_reason_names_the_way_out(site: Site) -> None:
    reasons = {row["name"]: row["reason"] for row in ask(site, "Plugins().list()")}
    assert "claimed by first-claim 1.0 and second-claim 1.0" in reasons["claimed"]
    assert "pip uninstall first-claim · or: " in reasons["claimed"]
    assert "pip uninstall second-claim" in reasons["claimed"]
    assert "the distribution that provides 'gone'" in reasons["gone"]
    assert "the distribution that provides 'absent'" in reasons["absent"]


def test_h53_what_is_not_allowed_is_listed_as_blocked_and_not_loaded(site: Site) -> None:
    rows = ask(site, "Plugins().list(load=True)", MP_PLUGINS="broken")
    status = {(row["kind"], row["name"]): row["status"] for row in rows}
    assert status == {
        ("provider", "broken"): "failed",
        ("provider", "card"): "blocked",
        ("provider", "claimed"): "blocked",
        ("provider", "gone"): "missing",
        ("extension", "absent"): "missing",
        ("extension", "card"): "blocked",
        ("extension", "policy"): "blocked",
    }
    assert imported(site) == {"acme_broken_providers_broken"}


@pytest.mark.parametrize(
    ("call", "kind", "status"),
    [
        ("Plugins().show('card')", "provider", "available"),
        ("Plugins().show('card', load=False)", "provider", "not_loaded"),
        ("Plugins().show('policy')", "extension", "available"),
        ("Plugins().show('broken')", "provider", "failed"),
        ("Plugins().show('claimed')", "provider", "conflict"),
        ("Plugins().show('gone')", "provider", "missing"),
        ("Plugins().show('absent')", "extension", "missing"),
    ],
)
def test_one_plugin_is_told_by_its_name_and_alone_loaded(
    site: Site, call: str, kind: str, status: str
) -> None:
    (row,) = ask(site, f"[{call}]")
    assert (row["kind"], row["status"]) == (kind, status)
    assert len(imported(site)) == (status in ("available", "failed"))


def test_an_unknown_plugin_is_an_error(site: Site) -> None:
    done = site.run("from mp_core._runtime.inventory import Plugins; Plugins().show('nothing')")
    assert "ProviderNotInstalledError: There is no plugin 'nothing'." in done.stderr
