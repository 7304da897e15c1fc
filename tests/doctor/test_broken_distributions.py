"""`mp doctor` names the distributions that are broken, with the command that heals each."""

from __future__ import annotations

import sys
import zipfile

import pytest

from tests.support.broken_homes import somebody
from tests.support.person import HOME, Person

__all__ = ["somebody"]

pytestmark = pytest.mark.providers
SITE = f"{HOME}/site"
INFO = f"{SITE}/acme-1.0.dist-info"
POINTS = "[acme.tools]\nhammer = acme\n"
FILES = {
    "acme.py": "",
    "acme-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n",
    "acme-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "acme-1.0.dist-info/entry_points.txt": POINTS,
    "acme-1.0.dist-info/RECORD": "",
}
PIP = {"PIP_TARGET": SITE, "PIP_UPGRADE": "1", "PIP_NO_INDEX": "1", "PYTHONPATH": SITE}
BREAKAGES = {
    "broken distribution": (f"echo nonsense >> {INFO}/entry_points.txt", INFO, "line 3"),
    "leftover of pip": (
        f"cp -a {INFO} '{SITE}/~cme-1.0.dist-info'",
        f"{SITE}/~cme-1.0.dist-info",
        "left behind when pip was interrupted",
    ),
    "closed directory": (f"chmod 0 {SITE}", SITE, "may not be read"),
}
FAILING_FINDER = """
import sys
class Finder:
    __module__ = "acme_finder"
    def find_spec(self, *arguments): return None
    def find_distributions(self, context): raise OSError("cannot find anything")
sys.meta_path.append(Finder())
"""


@pytest.fixture
def installer(somebody: Person) -> Person:
    """Somebody with a distribution of their own, beside which everything is in order."""
    wheel = "acme-1.0-py3-none-any.whl"
    with zipfile.ZipFile(somebody.at(f"{HOME}/{wheel}"), "w") as file:
        for name, text in FILES.items():
            file.writestr(name, text)
    somebody.env |= PIP
    done = somebody.types(f"{sys.executable} -m pip install -q --no-deps {HOME}/{wheel}")
    assert done.returncode == 0, done
    return somebody


@pytest.mark.parametrize("kind", BREAKAGES)
def test_h92_a_broken_distribution_is_healed_by_what_doctor_says(
    installer: Person, kind: str
) -> None:
    script, subject, message = BREAKAGES[kind]
    assert installer.types(script).returncode == 0
    found = installer.diagnosis().only
    assert (found["subject"], message in found["message"]) == (subject, True), found
    assert installer.diagnosis(found["fix"]) == (0, [])
    assert installer.at(f"{INFO}/entry_points.txt").read_text() == POINTS


def test_h92_a_finder_that_fails_is_named(installer: Person) -> None:
    installer.at(f"{SITE}/sitecustomize.py").write_text(FAILING_FINDER)
    found = installer.diagnosis().only
    assert found["subject"] == "acme_finder.Finder"
    assert "cannot find anything" in found["message"]
    assert "Remove it by hand" in found["fix"]
