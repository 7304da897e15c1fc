"""The project that `mp plugins new` writes builds, installs and passes its tests as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mp_core._scaffold.project import new_project
from tests.support.clean_environments import CleanEnvironment, build


@pytest.fixture(scope="module")
def project(clean: CleanEnvironment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, whose wheel is installed beside the core."""
    directory = tmp_path_factory.mktemp("projects")
    root = new_project("acme_sso", directory)
    clean.install(build(root, directory))
    return root


def test_its_own_tests_pass(clean: CleanEnvironment, project: Path) -> None:
    done = clean.run("python", "-m", "pytest", "-q", "-W", "error", str(project))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout


def test_its_provider_is_used_like_any_other(clean: CleanEnvironment, project: Path) -> None:
    code = """
import json, mp_core as mp
mp.accounts.add("team", type="acme_sso", region="eu", default_project="7", ticket="fake-ticket")
account = mp.Workspace().account
print(json.dumps([account.auth_header(), type(account) is mp.AcmeSsoAccount, repr(account)]))
"""
    done = clean.run("python", "-W", "error", "-c", code)
    assert done.returncode == 0, done.stderr
    header, is_public, shown = json.loads(done.stdout)
    assert (header, is_public) == ("Bearer fake-ticket", True)
    assert "fake-ticket" not in shown


def test_the_environment_holds_its_accounts(clean: CleanEnvironment, project: Path) -> None:
    env = {"ACME_SSO_TICKET": "fake-ticket", "MP_PROJECT_ID": "7", "MP_REGION": "in"}
    code = "import mp_core as mp; print(mp.Workspace().account.auth_header())"
    done = clean.run("python", "-W", "error", "-c", code, **env)
    assert (done.stdout, done.stderr) == ("Bearer fake-ticket\n", "")
