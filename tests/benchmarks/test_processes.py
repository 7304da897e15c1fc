"""How long whole processes take, from their start to their end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.installed_accounts import loaded_by
from tests.support.many_providers import configure_one, site_of

from .report import Report
from .timing import Pair, paired

MP = str(Path(sys.executable).with_name("mp"))
CLICK = "import click"
MODEL = """
import click, pydantic
class Model(pydantic.BaseModel):
    name: str
    secret: pydantic.SecretStr
Model(name="team", secret="fake-secret")
"""
TURNS = 15

Race = Callable[[list[str], str], Pair]


def _run(command: list[str], env: Mapping[str, str]) -> None:
    # The end of a pipe is heard of at once; a wait with an end alone sleeps between looks.
    subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True, timeout=60)


@pytest.fixture
def env(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """An environment in which programs have their bytecode at hand, after their first run."""
    bytecode = tmp_path_factory.getbasetemp() / "bytecode"
    env = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env


@pytest.fixture
def race(env: Mapping[str, str]) -> Race:
    """Measures a command by turns with a line of Python."""

    def race(command: list[str], reference: str) -> Pair:
        python = [sys.executable, "-c", reference]
        return paired(lambda: _run(command, env), lambda: _run(python, env), turns=TURNS)

    return race


def test_the_import(report: Report, race: Race) -> None:
    pair = race([sys.executable, "-c", "import mp_core"], "pass")
    report.surplus("import mp_core", pair, most_s=0.010)


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_commands_that_need_no_identity(report: Report, race: Race, option: str) -> None:
    report.relative(f"mp {option}", race([MP, option], CLICK), most=1.5)


@pytest.mark.providers
@pytest.mark.usefixtures("two_accounts")
@pytest.mark.parametrize("words", ["session", "account list", "account token me"])
def test_commands_that_send_nothing(report: Report, race: Race, words: str) -> None:
    report.relative(f"mp {words}", race([MP, *words.split()], MODEL), most=1.4)
    assert "httpx" not in loaded_by(*words.split())


def test_thirty_installed_providers(
    report: Report, env: Mapping[str, str], home: Path, tmp_path: Path
) -> None:
    """The reference has the provider of the active account alone, beside what is installed."""
    configure_one(home)
    many, one = (_with_providers(env, home, tmp_path / str(count), count) for count in (30, 1))
    command = [MP, "session"]
    pair = paired(lambda: _run(command, many), lambda: _run(command, one), turns=TURNS)
    report.relative("mp session, 30 providers", pair, most=1.15)


def _with_providers(
    env: Mapping[str, str], home: Path, root: Path, count: int
) -> Mapping[str, str]:
    root.mkdir()
    return {**env, "HOME": str(home), "PYTHONPATH": str(site_of(root, count).root)}
