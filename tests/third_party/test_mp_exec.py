"""The exec provider, as a distribution of somebody else: built, installed, tested and used."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.support.clean_environments import CleanEnvironment, build

PROJECT = Path(__file__).parent / "mp_exec"


@pytest.fixture(scope="module")
def environment(
    clean: CleanEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> CleanEnvironment:
    clean.install(build(PROJECT, tmp_path_factory.mktemp("wheels")))
    return clean


def test_its_own_tests_pass_outside_of_the_core(environment: CleanEnvironment) -> None:
    done = environment.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(PROJECT))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_line_serves_it_like_any_other_type(
    environment: CleanEnvironment, tmp_path: Path
) -> None:
    script = tmp_path / "token.py"
    answer = {"version": 1, "access_token": "fake-token", "expires_at": "2099-01-01T00:00:00Z"}
    script.write_text(f"print({json.dumps(answer)!r})")
    line = [f"--command={word}" for word in (sys.executable, str(script))]
    options = ["--type", "exec", "--region", "eu", "--default-project", "7", *line]
    for command in (["add", "bot", *options], ["list"], ["token", "bot"]):
        done = environment.run("mp", "account", *command)
        assert done.returncode == 0, done.stderr
    assert done.stdout == "fake-token\n"
    done = environment.run("mp", "plugins", "info", "exec", "-f", "json")
    info = json.loads(done.stdout)
    assert (info["distribution"], info["status"], info["accounts"]) == (
        "mp-exec",
        "available",
        ["bot"],
    )
