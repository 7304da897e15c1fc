"""What type checkers make of a provider: mypy and pyright agree, at their strictest."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from mp_core._scaffold.project import new_project
from mp_core.plugin.hooks import PluginSpec
from tests.support.type_checkers import needs, outcome

ROOT = Path(__file__).parents[2]
PACKAGES = [*ROOT.glob("plugins/*/mp_*"), *ROOT.glob("tests/third_party/mp_*/mp_*")]
PLUGIN_OF_PYDANTIC = "[mypy]\nplugins = pydantic.mypy\n"
USES = """
from typing import Literal

from mp_core.plugin import Account
from mp_ticketed import TicketedAccount
from pydantic import SecretStr

{example}
class Narrower(AcmeAccount):
    default_project: str = "1"


def type_of(account: AcmeAccount) -> Literal["acme"]:
    return account.type


def text_of(account: Account) -> str:
    return account.type + account.name


ticketed = TicketedAccount(name="a", region="us", ticket=SecretStr("fake"))
acme = Narrower(name="a", region="us", ticket=SecretStr("fake"), default_project="2")
text_of(ticketed)
text_of(acme)

ticketed.name = "b"  # wrong
ticketed.type = "ticketed"  # wrong
acme.type = "acme"  # wrong
type_of(ticketed)  # wrong
TicketedAccount(name="a", region="us")  # wrong
TicketedAccount(name="a", region="mars", ticket=SecretStr("fake"))  # wrong
TicketedAccount("a", region="us", ticket=SecretStr("fake"))  # wrong
"""

Place = tuple[str, int]
Check = Callable[[Path], set[Place]]


def mypy(directory: Path, *options: str) -> set[Place]:
    out = outcome(directory, "mypy", "--strict", "--cache-dir", ".mypy_cache", *options, ".")
    assert "checked " in out, out
    return {(file, int(line)) for file, line in re.findall(r"^(.+?):(\d+): error:", out, re.M)}


def mypy_with_pydantic(directory: Path) -> set[Place]:
    (directory / "pydantic.ini").write_text(PLUGIN_OF_PYDANTIC)
    return mypy(directory, "--config-file", "pydantic.ini")


def pyright(directory: Path) -> set[Place]:
    # Of a whole plugin pyright dislikes things that are not about the core.
    faces = [str(file.relative_to(directory)) for file in directory.glob("*/__init__.py")]
    settings = {"include": [*faces, "tests", "uses.py"], "typeCheckingMode": "strict"}
    (directory / "pyrightconfig.json").write_text(json.dumps(settings))
    found = json.loads(
        outcome(directory, "pyright", "--outputjson", "--pythonpath", sys.executable)
    )
    assert found["summary"]["filesAnalyzed"] == len(faces) + 2, found
    return {
        (str(Path(each["file"]).relative_to(directory)), each["range"]["start"]["line"] + 1)
        for each in found["generalDiagnostics"]
    }


@pytest.fixture(params=[mypy, mypy_with_pydantic, pyright])
def check(request: pytest.FixtureRequest) -> Check:
    """Return where a type checker finds something wrong below a directory."""
    checker: Check = request.param
    needs(checker.__name__.partition("_")[0])
    return checker


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A new provider's project, and beside its package those of all plugins."""
    root = new_project("ticketed", tmp_path.resolve())
    for package in PACKAGES:
        shutil.copytree(package, root / package.name)
    return root


def example() -> str:
    """Return the class that the docstring of a hook shows."""
    text = inspect.getdoc(PluginSpec.mp_account_model) or ""
    return textwrap.dedent(text[text.index("    class ") : text.index("    @hookimpl")])


def test_an_account_class_is_typed_as_its_author_and_its_users_expect(
    project: Path, check: Check
) -> None:
    lines = USES.format(example=example()).splitlines()
    (project / "uses.py").write_text("\n".join(lines))
    wrong = {("uses.py", at) for at, line in enumerate(lines, start=1) if "# wrong" in line}
    assert check(project) == wrong
