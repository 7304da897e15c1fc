"""The whole of it: commands in processes of their own, with logins in a real Secret Service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keyring
import pytest

from mp_core.sandbox import Sandbox

pytestmark = pytest.mark.filterwarnings("ignore:.*unclosed:ResourceWarning")  # See conftest.py.

PROVIDER = """
import os
from datetime import UTC, datetime, timedelta
from typing import Literal
from mp_core.plugin import Account, OAuthTokens, hookimpl

class AcmeAccount(Account):
    type: Literal["acme"] = "acme"
    def is_long_lived(self) -> bool:
        return True

@hookimpl
def mp_account_model():
    return AcmeAccount

@hookimpl
def mp_auth_header(account, token_resolver):
    return f"Bearer {token_resolver.get_token(account)}"

@hookimpl
def mp_login(account, flow):
    soon = datetime.now(UTC) + timedelta(hours=1)
    return OAuthTokens(access_token=os.environ["ACME_TOKEN"], expires_at=soon)
"""


class Machine:
    """A person with a provider whose logins are kept by whatever is switched on."""

    def __init__(self, home: Path, site: Path, sandbox: Sandbox) -> None:
        self.home = home
        self._site, self._sandbox = site, sandbox
        (site / "acme.py").write_text(PROVIDER)
        info = site / "acme-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[mp_core.providers]\nacme = acme\n")

    def mp(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command."""
        return subprocess.run(
            [sys.executable, "-m", "mp_core.cli", *words],
            env={
                **os.environ,
                "HOME": str(self.home),
                "PYTHONPATH": str(self._site),
                "MP_API_BASE_URL": self._sandbox.url,
                **env,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def done(self, *words: str, **env: str) -> str:
        """Run a command that works, and return what it prints."""
        done = self.mp(*words, **env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def log_in(self, **env: str) -> str:
        """Log in, and return the new token."""
        token = self._sandbox.issue_token(self._sandbox.identities[1], 3600)
        self.done("account", "login", "me", "--no-browser", ACME_TOKEN=token, **env)
        return token

    def add(self, region: str = "us", **env: str) -> None:
        """Add the account, and switch the keyring on."""
        self.done("account", "add", "me", "--type", "acme", "--region", region, **env)
        self.done("plugins", "enable", "keyring", **env)

    def token(self, **env: str) -> str:
        """Return the token that is sent now."""
        return self.done("account", "token", "me", **env).strip()

    def status(self, **env: str) -> Any:
        """Return the account as it is listed."""
        (listed,) = json.loads(self.done("account", "list", "-f", "json", **env))
        return listed["status"], listed["reason"]

    def files_with(self, text: str) -> list[str]:
        """The files below the home that hold a text."""
        found = [file for file in self.home.rglob("*") if file.is_file()]
        return [file.name for file in found if text.encode() in file.read_bytes()]


@pytest.fixture
def machine(home: Path, tmp_path: Path, sandbox: Sandbox, secret_service: Any) -> Machine:
    return Machine(home, tmp_path, sandbox)


def test_h97_switching_the_store_on_brings_no_login_of_files_back(machine: Machine) -> None:
    machine.add()
    machine.done("plugins", "disable", "keyring")
    first = machine.log_in()
    assert (machine.files_with(first), machine.token()) == (["tokens.json"], first)

    machine.done("plugins", "enable", "keyring")
    status, reason = machine.status()
    assert status == "needs_login"
    assert "from before the token store keyring was switched on" in reason
    refused = machine.mp("account", "token", "me")
    assert refused.returncode == 2
    assert first not in refused.stdout + refused.stderr
    second = machine.log_in()
    assert machine.files_with(first) == machine.files_with(second) == []
    assert (machine.token(), machine.status()[0]) == (second, "ok")


def test_h97_switching_the_store_off_and_on_again_brings_nothing_back(machine: Machine) -> None:
    machine.add()
    machine.log_in()
    machine.done("plugins", "disable", "keyring")
    status, reason = machine.status()
    assert status == "needs_login"
    assert "kept by the token store keyring, which is switched off" in reason
    later = machine.log_in()
    assert machine.token() == later

    machine.done("plugins", "enable", "keyring")
    assert machine.status()[0] == "needs_login", "neither the login of then nor the later one"
    machine.done("account", "logout", "me")
    assert machine.files_with(later) == []
    machine.done("plugins", "disable", "keyring")
    assert machine.status()[0] == "needs_login"


def test_h97_a_removal_while_the_store_is_off_is_final(machine: Machine) -> None:
    machine.add()
    login = machine.log_in()
    machine.done("plugins", "disable", "keyring")
    removed = machine.mp("account", "remove", "me")
    assert removed.returncode == 0
    assert "still kept by the token store keyring" in removed.stderr
    assert login not in removed.stderr
    machine.add()
    assert machine.status()[0] == "needs_login"


def test_h64_accounts_of_one_name_in_two_storage_roots_are_apart(machine: Machine) -> None:
    other = {"MP_STORAGE_DIR": str(machine.home / "other")}
    machine.add()
    machine.add("eu", **other)
    mine, theirs = machine.log_in(), machine.log_in(**other)
    assert (machine.token(), machine.token(**other)) == (mine, theirs)
    assert machine.files_with(mine) == machine.files_with(theirs) == []
    machine.done("account", "remove", "me", **other)
    assert machine.token() == mine
    assert machine.status()[0] == "ok"
    machine.add("eu", **other)
    assert machine.status(**other)[0] == "needs_login"


def test_h64_another_configuration_over_one_root_gets_and_changes_no_login(
    machine: Machine,
) -> None:
    other = {"MP_CONFIG_PATH": str(machine.home / "other.toml")}
    machine.add()
    mine = machine.log_in()
    block = (machine.home / ".mp/config.toml").read_text()
    (machine.home / "other.toml").write_text(block)
    (machine.home / "other.toml").chmod(0o600)
    assert machine.status(**other)[0] != "ok"
    refused = machine.mp("account", "token", "me", **other)
    assert refused.returncode != 0
    assert mine not in refused.stdout + refused.stderr
    assert machine.token() == mine


def test_a_locked_keyring_ends_a_command_with_what_to_do(
    machine: Machine, secret_service: Any
) -> None:
    machine.add()
    login = machine.log_in()
    secret_service.lock()
    refused = machine.mp("account", "token", "me")
    assert refused.returncode != 0
    assert "The system keyring is locked" in refused.stderr
    assert "mp plugins disable keyring" in refused.stderr
    assert login not in refused.stdout + refused.stderr
    status, reason = machine.status()
    assert status != "ok"
    assert "locked" in reason
    assert machine.mp("session").returncode in (0, 1), "it ends"


def test_a_command_that_asks_for_no_login_loads_no_keyring(machine: Machine) -> None:
    machine.add()
    code = "import sys; from mp_core.cli.run import run; run(['plugins', 'list'])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print(*sys.modules)"],
        env={**os.environ, "HOME": str(machine.home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert not {"keyring", "secretstorage", "jeepney"} & set(done.stdout.split("\n")[-2].split())


def test_the_entries_are_under_one_service_and_the_key_of_their_slot(machine: Machine) -> None:
    machine.add()
    token = machine.log_in()
    found = keyring.get_credential("mp", None)
    assert found is not None
    record = json.loads(found.password)
    assert record["access_token"] == token
    assert record["slot"].startswith(f"{found.username} acme us ")
