"""Extensions: a token store in the system keyring, and a policy on regions.

Both are real distributions that use nothing but the documented hooks, and serve accounts of types
that they have never heard of. Every call runs in a process of its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.company_site import DESK, KEYRING, STORE
from tests.support.home_files import write_config
from tests.support.site_directory import Site

POLICY = """
from mp_core.errors import ConfigError
from mp_core.plugin import hookimpl

@hookimpl
def mp_validate_account(account, stage):
    if account.region == "us":
        message = f"Acme keeps its data out of the us ({stage})."
        raise ConfigError(message, hint="Ask the data office.")
"""

HEAD = """
import json, sys, mp_core as mp
def told(act):
    try:
        return act()
    except mp.ConfigError as error:
        return f"{type(error).__name__}: {error} {error.hint}"
"""


class Company:
    """A company's environment: its provider, its extensions, and a configuration."""

    def __init__(self, site: Site, home: Path) -> None:
        self.site, self.home = site, home
        self.keyring = home / "keyring.json"
        self.config = home / ".mp" / "config.toml"

    def configure(self, *extensions: str, region: str = "eu") -> None:
        """Write a configuration that switches extensions on and holds one account."""
        write_config(
            self.home,
            f"[settings]\nextensions = {json.dumps(extensions)}\n"
            f'[accounts.desk]\ntype = "desk"\nregion = "{region}"\ndefault_project = "1"\n',
        )

    def ask(self, expression: str, **env: str) -> Any:
        """Evaluate an expression in a new process; an error of the configuration is an answer."""
        code = f"{HEAD}\nprint(json.dumps(told(lambda: {expression})))"
        done = self.site.run(code, KEYRING=str(self.keyring), **env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def files_with(self, text: str) -> list[str]:
        found = [file for file in self.home.rglob("*") if file.is_file()]
        return sorted(file.name for file in found if text in file.read_text())


@pytest.fixture
def company(tmp_path: Path, home: Path) -> Company:
    site = Site(tmp_path)
    site.install("acme-desks", providers={"desk": DESK})
    site.install("acme-it", extensions={"keyring-store": STORE, "regions": POLICY})
    (site.root / "keyring.py").write_text(KEYRING)
    return Company(site, home)


# The keyring.


def test_tokens_are_kept_in_the_keyring_and_in_no_file(company: Company) -> None:
    company.configure("keyring-store")
    assert company.ask("mp.accounts.token('desk')") == "fake-token-1"
    assert company.ask("mp.accounts.token('desk')") == "fake-token-1"
    assert company.files_with("fake-token") == ["keyring.json"]
    assert company.ask("[a.status for a in mp.accounts.list()]") == ["ok"]


def test_without_the_extension_the_file_keeps_them(company: Company) -> None:
    company.configure()
    assert company.ask("mp.accounts.token('desk')") == "fake-token-1"
    assert company.files_with("fake-token") == ["tokens.json"]


@pytest.mark.parametrize(
    "end", ["mp.accounts.logout('desk').deleted", "mp.accounts.remove('desk')"]
)
def test_a_logout_and_a_removal_empty_the_keyring(company: Company, end: str) -> None:
    company.configure("keyring-store")
    company.ask("mp.accounts.token('desk')")
    assert company.ask(end) in (True, [])
    assert company.files_with("fake-token") == []


def test_h97_what_another_store_holds_is_not_used_and_goes_from_the_file(company: Company) -> None:
    company.configure()
    company.ask("mp.accounts.token('desk')")
    company.configure("keyring-store")
    assert company.ask("mp.accounts.token('desk')") == "fake-token-2"
    assert company.files_with("fake-token-1") == []
    company.configure()
    assert company.ask("mp.accounts.token('desk')") == "fake-token-3"


def test_h97_a_logout_takes_what_is_left_in_the_file_along(company: Company) -> None:
    company.configure()
    company.ask("mp.accounts.token('desk')")
    company.configure("keyring-store")
    assert company.ask("mp.accounts.logout('desk').deleted") is True
    assert company.files_with("fake-token") == []


def test_refreshed_tokens_go_to_the_keyring_too(company: Company) -> None:
    company.configure("keyring-store")
    company.ask("mp.accounts.token('desk')")
    refuse = (
        "mp.auth_types.OnDiskTokenResolver(account=mp.Workspace(account='desk').account,"
        " rejected='fake-token-1').get_browser_token('desk', 'eu')"
    )
    assert company.ask(refuse) == "fake-token-2"
    assert company.ask("mp.accounts.token('desk')") == "fake-token-2"
    assert company.files_with("fake-token") == ["keyring.json"]


# The policy.

FORBIDDEN = "ConfigError: Acme keeps its data out of the us ({}). Ask the data office."


def test_an_account_of_a_forbidden_region_is_not_added(company: Company) -> None:
    company.configure("regions")
    before = company.config.read_bytes()
    add = "mp.accounts.add('new', type='desk', region='{}', default_project='1').status"
    assert company.ask(add.format("us")) == FORBIDDEN.format("add")
    assert company.config.read_bytes() == before
    assert company.ask(add.format("in")) == "untested"


def test_an_account_is_not_moved_to_a_forbidden_region(company: Company) -> None:
    company.configure("regions")
    answer = company.ask("mp.accounts.update('desk', region='us').status")
    assert answer == FORBIDDEN.format("update")


def test_an_account_that_was_there_before_the_policy_is_shown_and_not_used(
    company: Company,
) -> None:
    company.configure("regions", region="us")
    reason = FORBIDDEN.format("load")
    assert company.ask("[[a.status, a.reason] for a in mp.accounts.list()]") == [
        ["invalid", reason.removeprefix("ConfigError: ")]
    ]
    assert company.ask("mp.Workspace(account='desk').session.region") == reason
    assert company.ask("mp.accounts.remove('desk')") == []


def test_an_identity_of_the_environment_obeys_the_policy(company: Company) -> None:
    company.configure("regions")
    env = {"DESK_ROOM": "2", "MP_PROJECT_ID": "1"}
    assert company.ask("mp.Workspace().session.region", **env, MP_REGION="us") == FORBIDDEN.format(
        "env"
    )
    assert company.ask("mp.Workspace().session.region", **env, MP_REGION="in") == "in"


def test_a_bridge_obeys_the_policy_on_both_sides(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "bridge.json"
    company.configure(region="us")
    export = f"str(mp.accounts.export_bridge(to='{path}', account='desk'))"
    assert company.ask(export) == str(path)
    company.configure("regions")
    answer = company.ask("mp.Workspace().session.region", MP_AUTH_FILE=str(path))
    assert answer == FORBIDDEN.format("bridge")


def test_a_policy_that_is_not_installed_is_not_passed_over(company: Company) -> None:
    company.configure("regions-of-acme")
    for call in ("mp.Workspace(account='desk').session.region", "mp.accounts.token('desk')"):
        answer = company.ask(call)
        assert "No extension 'regions-of-acme'" in answer
        assert "the distribution that provides 'regions-of-acme'" in answer


def test_both_serve_together(company: Company) -> None:
    company.configure("regions", "keyring-store")
    assert company.ask("mp.accounts.token('desk')") == "fake-token-1"
    assert company.files_with("fake-token") == ["keyring.json"]
    assert "out of the us" in company.ask("mp.accounts.update('desk', region='us').status")
