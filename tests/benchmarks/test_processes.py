"""How long whole processes take, from their start to their end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.installed_accounts import loaded_by

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


@pytest.fixture
def race(tmp_path_factory: pytest.TempPathFactory) -> Race:
    """Measures a command by turns with a line of Python, both with their bytecode at hand."""
    bytecode = tmp_path_factory.getbasetemp() / "bytecode"
    env = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)

    def run(command: list[str]) -> None:
        # The end of a pipe is heard of at once; a wait with an end alone sleeps between looks.
        subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True, timeout=60)

    def race(command: list[str], reference: str) -> Pair:
        python = [sys.executable, "-c", reference]
        return paired(lambda: run(command), lambda: run(python), turns=TURNS)

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
