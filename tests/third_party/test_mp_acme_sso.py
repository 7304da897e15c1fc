"""The single sign-on of Acme, as a distribution of somebody else: its own tests pass outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clean_environments import CleanEnvironment, build

PROJECT = Path(__file__).parent / "mp_acme_sso"


def test_its_own_tests_pass_outside_of_the_core(
    clean: CleanEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clean.install(build(PROJECT, tmp_path_factory.mktemp("wheels")))
    done = clean.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(PROJECT))
    assert done.returncode == 0, done.stdout + done.stderr
