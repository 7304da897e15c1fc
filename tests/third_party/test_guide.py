"""The guide for authors of plugins: the distribution that it shows is built, installed and used."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mp_core.plugin.audit import EVENT_KINDS
from tests.support.clean_environments import ROOT, CleanEnvironment, build

GUIDE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^\*\*([\w./]+)\*\*\n\n```\w+\n(.*?)^```$", GUIDE, re.M | re.S))
DAY = """
import json, mp_core as mp
robot = dict(type="acme_robot", region="eu", default_project="7", robot="reports", key="fake")
mp.accounts.add("r1", **robot)
said = {"names": [each.name for each in mp.accounts.list()]}
try:
    mp.accounts.add("r2", **{**robot, "region": "us"})
except mp.ConfigError as error:
    said["refused"] = str(error)
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def company(clean: CleanEnvironment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company's project, whose wheel is installed."""
    root = tmp_path_factory.mktemp("acme")
    for name, text in {**FILES, "mp_acme/__init__.py": ""}.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    clean.install(build(root, tmp_path_factory.mktemp("wheels")))
    return root


def test_every_plugin_of_the_guide_keeps_its_contract(
    clean: CleanEnvironment, company: Path
) -> None:
    path = str(company / "tests")
    done = clean.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d+ passed", done.stdout)


def test_what_the_guide_does_in_one_process_works(clean: CleanEnvironment, company: Path) -> None:
    done = clean.run("python", "-W", "error", str(company / "in_process.py"))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_policy_of_the_guide_has_its_say_once_it_is_on(
    clean: CleanEnvironment, company: Path
) -> None:
    done = clean.run("mp", "plugins", "enable", "acme_policy")
    assert done.returncode == 0, done.stderr
    said = json.loads(clean.run("python", "-W", "error", "-c", DAY).stdout)
    assert said == {
        "names": ["r1"],
        "refused": "Account 'r2' is in us; those of Acme are in eu.",
    }


def test_the_guide_tells_of_every_kind_of_event() -> None:
    [table] = re.findall(r"^\| kind \| when \| details \|\n(.*?)\n\n", GUIDE, re.M | re.S)
    kinds = [row.split("|")[1] for row in table.splitlines()[1:]]
    assert tuple(re.findall(r"`(\w+)`", "".join(kinds))) == EVENT_KINDS


def test_the_session_of_the_guide_prints_what_it_prints(
    clean: CleanEnvironment, company: Path
) -> None:
    [session] = re.findall(r"^```console\n(.*?)^```$", GUIDE, re.M | re.S)
    env: dict[str, str] = {}
    for step in session.removeprefix("$ ").split("\n$ "):
        command, _, expected = step.rstrip("\n").partition("\n")
        program, *words = command.split()
        if program == "export":
            env.update(dict(word.split("=") for word in words))
        else:
            done = clean.run(program, *words, **env)
            assert (done.stdout + done.stderr).rstrip("\n") == expected, command
