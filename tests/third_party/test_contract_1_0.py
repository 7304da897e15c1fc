"""Plugins that were written for contract 1.0 work unchanged: copies of them, as distributions."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.clean_environments import CleanEnvironment, build

PROJECTS = Path(__file__).parent / "contract_1_0"
NAMES = ("mp_acme_sso", "mp_exec", "mp_company")
DIGEST = "8ff69c5f3289559cb26ecd08b33cc286a189ef6abd33a940e27c6ced864caa80"
"""What the copies are: they show nothing any more once somebody has edited them."""

DAY = """
import json, os, sys
from pathlib import Path
import mp_core as mp
from tests.sso import Sso

mp_store = Path(os.environ["COMPANY_STORE"])
said = {}
with Sso() as sso:
    os.environ["MP_API_BASE_URL"] = sso.url
    sso.lifetime_s = 1  # What ends within the next half minute is refreshed before its use.
    mp.accounts.add("me", type="acme_sso", region="eu", default_project="7", issuer=sso.url)
    said["login"] = mp.accounts.login("me", open_browser=False).user.email
    said["kept"] = sorted(json.loads(mp_store.read_text()))
    sso.lifetime_s = 3600
    said["token"] = mp.accounts.token("me")
    said["refreshes"] = sso.refreshes
    with mp.Workspace() as ws:
        said["called"] = [project.id for project in ws.projects()]
    try:
        mp.accounts.add("you", type="acme_sso", region="us", default_project="7", issuer=sso.url)
    except mp.ConfigError as error:
        said["refused"] = str(error)
    answer = {"version": 1, "access_token": said["token"], "expires_at": "2099-01-01T00:00:00Z"}
    command = Path(os.environ["COMPANY_STORE"]).with_name("command.py")
    command.write_text(f"print({json.dumps(answer)!r})")
    line = [sys.executable, str(command)]
    mp.accounts.add("bot", type="exec", region="eu", default_project="7", command=line)
    with mp.Workspace(account="bot") as ws:
        said["bot"] = [project.id for project in ws.projects()]
    said["logout"] = mp.accounts.logout("me").deleted
    said["left"] = sorted(json.loads(mp_store.read_text()))
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def environment(
    clean: CleanEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> CleanEnvironment:
    wheels = tmp_path_factory.mktemp("wheels")
    clean.install(*(build(PROJECTS / name, wheels) for name in NAMES))
    return clean


def test_the_copies_are_as_they_were() -> None:
    files = [*PROJECTS.rglob("*.py"), *PROJECTS.rglob("*.toml")]
    assert sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest() == DIGEST


@pytest.mark.parametrize("name", NAMES)
def test_its_own_tests_pass(environment: CleanEnvironment, name: str) -> None:
    command = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(PROJECTS / name))
    done = environment.run(*command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_they_say_that_they_are_of_1_0_and_all_load(environment: CleanEnvironment) -> None:
    for name in ("acme_sso", "exec", "company_store", "company_policy", "company_wrapper"):
        done = environment.run("mp", "plugins", "info", name, "-f", "json")
        info = json.loads(done.stdout)
        assert (info["contract"], done.stderr) == ("1.0", ""), info
        assert info["hooks"]
        assert info["status"] in ("available", "off")


def test_a_day_with_all_of_them_from_login_to_logout(
    environment: CleanEnvironment, home: Path, tmp_path: Path
) -> None:
    for name in ("company_store", "company_policy", "company_wrapper"):
        assert environment.run("mp", "plugins", "enable", name).returncode == 0
    env = {"COMPANY_STORE": str(tmp_path / "store"), "COMPANY_LOG": str(tmp_path / "log")}
    path = str(PROJECTS / "mp_acme_sso")
    done = environment.run("python", "-W", "error", "-c", DAY, PYTHONPATH=path, **env)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "login": "ada@example.com",
        "kept": ["me"],
        "token": "fake-access-2",
        "refreshes": 1,
        "called": ["7"],
        "refused": "Account 'you' is in us, and not in eu.",
        "bot": ["7"],
        "logout": True,
        "left": ["bot"],
    }
    log = Path(env["COMPANY_LOG"]).read_text().splitlines()
    assert "refresh me OAuthTokens" in log
    assert {"header me", "header bot"} <= {*log}
