"""The signing provider, as a distribution of somebody else: built, installed, tested and used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clean_environments import CleanEnvironment, build

PROJECT = Path(__file__).parent / "mp_hmac"


@pytest.fixture(scope="module")
def environment(
    clean: CleanEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> CleanEnvironment:
    clean.install(build(PROJECT, tmp_path_factory.mktemp("wheels")))
    return clean


def test_its_own_tests_pass_outside_of_the_core(environment: CleanEnvironment) -> None:
    done = environment.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(PROJECT))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_line_serves_it_like_any_other_type(environment: CleanEnvironment) -> None:
    options = ["--type", "hmac", "--region", "eu", "--default-project", "7", "--key-id", "robot-1"]
    for command in (["account", "add", "robot", *options], ["account", "list"], ["session"]):
        done = environment.run("mp", *command, MP_SECRET="fake-secret-of-robot-1")
        assert done.returncode == 0, done.stderr
    done = environment.run("mp", "account", "token", "robot")
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert "no bearer token" in done.stderr
