"""Distributions that are broken: none disables another, each is told of, with what heals it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.support.broken_sites import BrokenSite, announcing

NAMED = b"Metadata-Version: 2.1\nName: acme-odd\nVersion: 1.0\n"
ODD = "acme_odd-1.0.dist-info"


@pytest.fixture
def site(tmp_path: Path, home: Path) -> BrokenSite:
    """A directory with a provider that is good."""
    return BrokenSite(tmp_path)


@pytest.mark.parametrize("name", ["~cme_good-1.0.dist-info", "-cme_good-1.0.dist-info"])
@pytest.mark.parametrize("version", ["1.0", "0.9"])
def test_h83_a_leftover_of_pip_is_told_of_and_counts_for_nothing(
    site: BrokenSite, name: str, version: str
) -> None:
    leftover = site.root / name.replace("1.0", version)
    good = site.root / "acme_good-1.0.dist-info"
    leftover.mkdir()
    for file in good.iterdir():
        (leftover / file.name).write_bytes(file.read_bytes())
    assert site.seen()["types"] == ["t_good"]
    told = site.broken()
    assert list(told) == [leftover.name]
    assert "left behind when pip was interrupted" in told[leftover.name]["reason"]
    assert told[leftover.name]["fix"] == f"rm -rf {shlex.quote(str(leftover))}"


@pytest.mark.parametrize("name", ["~cme_good", "-cme_good", "~cme good's.data"])
def test_h83_code_that_pip_left_behind_is_removed_by_the_command_that_is_told(
    tmp_path: Path, home: Path, name: str
) -> None:
    (tmp_path / "site-packages").mkdir()
    site = BrokenSite(tmp_path / "site-packages")
    (site.root / name).mkdir()
    (site.root / name / "__init__.py").touch()
    told = site.broken()
    assert list(told) == [name]
    subprocess.run(["sh", "-c", told[name]["fix"]], check=True, timeout=60)
    assert site.broken() == {}
    assert site.seen()["types"] == ["t_good"]


ENTRY_POINTS = {
    "a line without =": announcing("t_odd = acme_odd", "junk"),
    "a line without a value": announcing("t_odd = acme_odd", "junk ="),
    "no section": b"junk = acme_odd\n" + announcing("t_odd = acme_odd"),
    "a heading that is not closed": announcing("t_odd = acme_odd") + b"[junk\nx = y\n",
    "bytes that are no text": announcing("t_odd = acme_odd") + b"\xff\xfe = x\n",
    "a NUL and no =": announcing("t_odd = acme_odd") + b"\0\n",
}


@pytest.mark.parametrize("data", ENTRY_POINTS.values(), ids=ENTRY_POINTS)
def test_h83_of_a_malformed_announcement_the_rest_counts(site: BrokenSite, data: bytes) -> None:
    site.provide("t_odd")
    (site.root / "acme_odd.py").write_text("from acme_odd_providers_t_odd import *\n")
    (site.root / ODD / "entry_points.txt").write_bytes(data)
    assert site.seen()["types"] == ["t_good", "t_odd"]
    told = site.broken()
    assert list(told) == [ODD]
    assert "entry_points.txt cannot be read in line" in told[ODD]["reason"]
    assert told[ODD]["name"] == "acme-odd 1.0"
    assert told[ODD]["fix"].endswith("install --force-reinstall --no-deps acme-odd")


HARMLESS = {
    "a byte order mark": b"\xef\xbb\xbf" + announcing("t_odd = acme_odd"),
    "CRLF": announcing("t_odd = acme_odd").replace(b"\n", b"\r\n"),
    "a section twice": announcing("t_odd = acme_odd") + announcing("t_odd = acme_odd"),
    "an entry twice": announcing("t_odd = acme_odd", "t_odd = acme_odd"),
    "comments": b"# one\n; two = 2\n" + announcing("t_odd=acme_odd"),
}


@pytest.mark.parametrize("data", HARMLESS.values(), ids=HARMLESS)
def test_h83_an_unusual_announcement_is_as_good_as_another(site: BrokenSite, data: bytes) -> None:
    site.provide("t_odd")
    (site.root / "acme_odd.py").write_text("from acme_odd_providers_t_odd import *\n")
    (site.root / ODD / "entry_points.txt").write_bytes(data)
    seen = site.seen()
    assert (seen["types"], seen["broken"]) == (["t_good", "t_odd"], [])


def test_h83_a_file_of_entry_points_that_is_a_directory_is_told_of(site: BrokenSite) -> None:
    info = site.directory(ODD, METADATA=NAMED)
    (info / "entry_points.txt").mkdir()
    assert site.seen()["types"] == ["t_good"]
    told = site.broken()[ODD]
    assert told["reason"] == "Its entry_points.txt is a directory."
    assert told["fix"].startswith(f"rm -rf {info}/entry_points.txt && ")


def test_h83_entry_points_of_another_encoding_are_told_of(site: BrokenSite) -> None:
    text = announcing("t_odd = acme_odd").decode().encode("utf-16")
    site.directory(ODD, METADATA=NAMED, entry_points=text)
    assert site.seen()["types"] == ["t_good"]
    assert list(site.broken()) == [ODD]


METADATA = {
    "It has no METADATA.": None,
    "Its METADATA states no name.": b"Metadata-Version: 2.1\nVersion: 1.0\n",
    "Its METADATA is not UTF-8.": NAMED + b"Author: \xff\n",
}


@pytest.mark.parametrize(("reason", "data"), METADATA.items())
def test_h83_metadata_that_is_broken_is_told_of_and_disables_nothing(
    site: BrokenSite, reason: str, data: bytes | None
) -> None:
    info = site.provide("t_odd")
    (info / "METADATA").unlink()
    if data is not None:
        (info / "METADATA").write_bytes(data)
    assert site.seen()["types"] == ["t_good", "t_odd"]
    told = site.broken()
    assert {name: one["reason"] for name, one in told.items()} == {ODD: reason}
    assert told[ODD]["fix"].startswith(f"rm -rf {info} && ")


def test_h83_an_empty_record_before_the_good_one_hides_it_not(site: BrokenSite) -> None:
    site.directory("acme_good-0.1.dist-info")
    assert site.seen()["types"] == ["t_good"]
    told = site.broken()
    assert list(told) == ["acme_good-0.1.dist-info"]
    assert told["acme_good-0.1.dist-info"]["fix"] == (f"rm -rf {site.root}/acme_good-0.1.dist-info")


def test_h83_of_two_records_in_one_directory_the_later_counts(site: BrokenSite) -> None:
    older = site.provide("t_odd", version="2.0")
    newer = site.provide("t_odd", version="1.0")
    for path, time in ((older, 1_000_000_000), (newer, 1_500_000_000)):
        os.utime(path, (time, time))
    assert site.seen()["types"] == ["t_good", "t_odd"]
    told = site.broken()
    assert list(told) == [older.name]
    assert told[older.name]["fix"] == f"rm -rf {older}"


def test_h83_distributions_in_directories_without_a_name_are_told_apart(site: BrokenSite) -> None:
    for type_ in ("t_odd", "t_other"):
        info = site.provide(type_)
        info.rename(info.with_name(f"+{info.name}"))
    assert site.seen()["types"] == ["t_good", "t_odd", "t_other"]


@pytest.mark.parametrize("first", ["1.0", "2.0"])
def test_h83_a_distribution_in_two_places_is_no_conflict_and_the_first_counts(
    tmp_path: Path, home: Path, first: str
) -> None:
    """As with an editable installation, or a user's site before the system's."""
    (tmp_path / "ahead").mkdir()
    (tmp_path / "behind").mkdir()
    ahead, behind = BrokenSite(tmp_path / "ahead"), BrokenSite(tmp_path / "behind")
    ahead.provide("t_odd", version=first)
    behind.provide("t_odd", version="1.0")
    path = f"{ahead.root}{os.pathsep}{behind.root}"
    seen = ahead.seen(PYTHONPATH=path)
    assert (seen["types"], seen["broken"]) == (["t_good", "t_odd"], [])
    rows = json.loads(ahead.mp("plugins", "list", "-f", "json", PYTHONPATH=path).stdout)
    (row,) = (row for row in rows if row["name"] == "t_odd")
    assert (row["version"], row["status"]) == (first, "not_loaded")


def test_h94_a_distribution_in_a_zip_is_known_by_its_name_as_in_a_directory(
    site: BrokenSite,
) -> None:
    site.provide("t_odd")
    with zipfile.ZipFile(site.root / "all.zip", "w") as archive:
        for info in site.root.glob("acme_*.dist-info"):
            for file in info.iterdir():
                archive.write(file, f"{info.name}/{file.name}")
                archive.write(file, f"~{info.name[1:]}/{file.name}")
    path = f"{site.root / 'all.zip'}{os.pathsep}{site.root}"
    seen = site.seen(PYTHONPATH=path)
    assert seen["types"] == ["t_good", "t_odd"]
    reason = "It was left behind when pip was interrupted, and is not used."
    assert {one["reason"] for one in seen["broken"]} == {reason}


SEARCH_PATH = """
import sys, os, pathlib
os.mkfifo("pipe")
open("plain", "w").close()
pathlib.Path("bad.zip").write_bytes(b"PK\\x03\\x04 and nothing that belongs to it")
os.symlink("nowhere", "dangling")
odd = [b"bytes", None, pathlib.Path("path"), 7, ["list"], "pipe", "plain", "bad.zip", "dangling"]
sys.path[:0] = [*odd, "missing", "x" * 5000]
"""


def test_h83_odd_entries_of_the_search_path_hide_nothing(site: BrokenSite) -> None:
    seen = site.seen(SEARCH_PATH)
    assert (seen["types"], seen["broken"]) == (["t_good"], [])


FINDERS = {
    "raises": "def find_distributions(self, context=None): raise RuntimeError('odd finder')",
    "raises later": "def find_distributions(self, context=None): yield from (); yield 1 / 0",
    "yields nonsense": "def find_distributions(self, context=None): return [None, 7, object()]",
    "is nonsense": "find_distributions = 7",
}


@pytest.mark.parametrize("body", FINDERS.values(), ids=FINDERS)
def test_h83_a_finder_of_somebody_else_that_fails_hides_nothing(
    site: BrokenSite, body: str
) -> None:
    prelude = f"""
import sys
class Odd:
    def find_spec(self, *args): return None
    {body}
sys.meta_path.insert(0, Odd())
"""
    assert site.seen(prelude)["types"] == ["t_good"]
