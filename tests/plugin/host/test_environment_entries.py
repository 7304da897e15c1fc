"""Variables that a distribution announces: which providers are imported for the environment.

Every look is one of a process of its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.broken_sites import BrokenSite
from tests.support.home_files import write_config
from tests.support.provider_texts import provider_text
from tests.support.site_directory import Site

FINDING = """
from mp_core.plugin import env_account

@hookimpl
def mp_account_from_env(env):
    return env_account(env, FakeAccount, {{"card": "{variable}"}}, rank=5)
"""
ASK = """
import json, os, sys, warnings
import mp_core as mp
from mp_core._runtime.context import Context
def told():
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            found = mp.Workspace().session.account.name
        except mp.ConfigError as error:
            found = [error.message, error.hint]
    return {"found": found, "warned": [str(one.message) for one in warned]}
answer = told()
answer["imported"] = sorted(name for name in sys.modules if name.startswith("acme_"))
print(json.dumps(answer))
"""


def finding(type_: str, variable: str) -> str:
    """The source of a provider that finds cards in the environment."""
    return provider_text(type_, ["card: SecretStr"]) + FINDING.format(variable=variable)


def ask(site: Site, **env: str) -> dict[str, Any]:
    """Return what a fresh process resolves, of what it warns, and what of ours it imported."""
    done = site.run(ASK, **{"MP_PLUGINS": "gate,hall", **env})
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


COMMON = {"MP_PROJECT_ID": "1", "MP_REGION": "eu"}
GATE, HALL = "acme_gates_providers_gate", "acme_halls_providers_hall"


@pytest.fixture
def site(tmp_path: Path, home: Path) -> Site:
    """A directory with a provider that announces its variable, and one that does not."""
    made = Site(tmp_path)
    gate, hall = finding("gate", "GATE_CARD"), finding("hall", "HALL_CARD")
    made.install("acme-gates", providers={"gate": gate}, variables={"GATE_CARD": "gate"})
    made.install("acme-halls", providers={"hall": hall})
    return made


@pytest.mark.parametrize("env", [{}, {"GATE_CARD": ""}, COMMON])
def test_h99_a_provider_is_not_imported_where_no_variable_that_it_announces_is_set(
    site: Site, env: dict[str, str]
) -> None:
    assert ask(site, **env)["imported"] == [HALL]


def test_it_is_imported_where_one_is_set(site: Site) -> None:
    answer = ask(site, GATE_CARD="fake-card", **COMMON)
    assert answer["imported"] == [GATE, HALL]
    assert answer["found"] == "env"


def test_a_provider_that_announces_nothing_is_always_asked(site: Site) -> None:
    answer = ask(site, HALL_CARD="fake-card", **COMMON)
    assert (answer["found"], answer["imported"]) == ("env", [HALL])


def test_the_ways_to_name_an_account_tell_of_a_provider_that_was_not_imported(site: Site) -> None:
    answer = ask(site)
    assert "export GATE_CARD=… MP_PROJECT_ID=… MP_REGION=…" in answer["found"][1]
    assert "export HALL_CARD=… MP_PROJECT_ID=… MP_REGION=…" in answer["found"][1]
    assert answer["warned"] == []


def test_an_incomplete_identity_is_warned_of(site: Site) -> None:
    answer = ask(site, GATE_CARD="fake-card")
    assert answer["warned"] == [
        "The identity in the environment is incomplete and was skipped: GATE_CARD set,"
        " missing MP_PROJECT_ID, MP_REGION."
    ]


def test_a_region_alone_is_warned_of_though_nobody_is_imported_for_it(site: Site) -> None:
    answer = ask(site, MP_REGION="eu", MP_PLUGINS="gate")
    assert answer["warned"] == [
        "The identity in the environment is incomplete and was skipped: MP_REGION set,"
        " missing GATE_CARD, MP_PROJECT_ID."
    ]
    assert answer["imported"] == []


def test_a_provider_that_never_looks_says_so(site: Site, tmp_path: Path) -> None:
    site.install("acme-walls", providers={"wall": provider_text("wall")}, variables={"-": "wall"})
    answer = ask(site, MP_PLUGINS="wall", **COMMON)
    assert answer["imported"] == []
    assert "wall" not in answer["found"][1]


def test_entries_of_another_distribution_silence_nobody(site: Site) -> None:
    site.install("acme-rivals", variables={"RIVAL": "hall", "-": "hall"})
    answer = ask(site, HALL_CARD="fake-card", **COMMON)
    assert (answer["found"], answer["imported"]) == ("env", [HALL])


TAKING = """
from mp_core.plugin import hookimpl

@hookimpl
def mp_account_from_env(env):
    return None
"""


def test_where_an_extension_finds_identities_every_provider_is_asked_as_ever(
    site: Site, home: Path
) -> None:
    site.install("acme-it", extensions={"taking": TAKING})
    write_config(home, '[settings]\nextensions = ["taking"]\n')
    assert GATE in ask(site, MP_PLUGINS="gate,hall,taking")["imported"]


def test_the_variables_are_listed_for_people_without_an_import(site: Site) -> None:
    code = """
import sys
from mp_core.cli.__main__ import main
sys.argv[1:] = ["help", "environment"]
try:
    main()
finally:
    print([name for name in sys.modules if name.startswith("acme_")])
"""
    done = site.run(code, MP_PLUGINS="gate")
    assert "GATE_CARD" in done.stdout, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


IDLE = {
    "a name that no shell can set": "GATE CARD = t_odd",
    "a type that nobody provides": "GATE_CARD = t_other",
    "a type of another distribution": "GATE_CARD = t_good",
}


@pytest.mark.parametrize("line", IDLE.values(), ids=IDLE)
def test_a_line_that_ties_no_variable_to_a_type_of_its_own_is_told_of(
    tmp_path: Path, home: Path, line: str
) -> None:
    site = BrokenSite(tmp_path)
    site.provide("t_odd")
    file = tmp_path / "acme_odd-1.0.dist-info" / "entry_points.txt"
    file.write_text(file.read_text() + f"[mp_core.environment]\n{line}\n")
    assert site.seen()["types"] == ["t_good", "t_odd"]
    told = site.broken()[file.parent.name]
    number = len(file.read_text().splitlines())
    assert f"line {number} ties no variable to a type that it provides" in told["reason"]
    assert told["fix"].endswith("install --upgrade acme-odd")
    for words in (["plugins", "list"], ["doctor"]):
        done = site.mp(*words)
        assert f"line {number} ties no variable" in " ".join((done.stdout + done.stderr).split())
