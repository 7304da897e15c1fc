"""The provider behind a gateway, as a distribution of somebody else: built, installed, tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clean_environments import CleanEnvironment, build
from tests.support.tls_server import needs_openssl

PROJECT = Path(__file__).parent / "mp_gateway"

pytestmark = needs_openssl


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
    options = ["--type", "gateway", "--region", "eu", "--default-project", "7"]
    own = ["--gateway", "https://localhost:1/mixpanel", "--certificate", "none.pem"]
    for command in (["account", "add", "ops", *options, *own], ["account", "list"], ["session"]):
        done = environment.run("mp", *command)
        assert done.returncode == 0, done.stderr
    done = environment.run("mp", "account", "token", "ops")
    assert done.returncode != 0
    assert "The certificate of account 'ops' cannot be used" in done.stderr
