"""What becomes of tests that a plugin's author writes, run in a process of their own."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Collection

from tests.support.site_directory import Site

PATIENCE_S = 560
"""How long all tests of a site may take, on a machine that does other things beside."""

Verdicts = dict[str, str | None]
"""What became of each test, by class and name: None for a success, or what it said."""


def verdicts_of(site: Site, file: str, tests: Collection[str], **env: str) -> Verdicts:
    """Run tests of a file in a site, of which some fail, and return what became of them."""
    path, report = site.root / file, site.root / "report.xml"
    arguments = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib", f"--junitxml={report}"]
    arguments += [f"--rootdir={site.root}", *sorted(f"{path}::{test}" for test in tests)]
    done = site.run(f"import pytest, sys; sys.exit(pytest.main({arguments}))", **env)
    assert done.returncode == 1, done.stdout + done.stderr
    return {
        f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}": _said(case)
        for case in ElementTree.parse(report).iter("testcase")
    }


def _said(case: ElementTree.Element) -> str | None:
    told = [child.text or "" for child in case if child.tag in ("failure", "error")]
    return " ".join(" ".join(told).replace("\nE ", " ").split()) or None


def of_class(verdicts: Verdicts, name: str) -> Verdicts:
    """Return the verdicts on the tests of one class."""
    return {key: said for key, said in verdicts.items() if key.startswith(f"{name}::")}
