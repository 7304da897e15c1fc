"""The command line without a provider: what needs none works, and the rest says what is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mp_core.sandbox import Sandbox
from tests.support.cli_commands import EVERY, words_of
from tests.support.home_files import tables_in
from tests.support.shell import Shell

NEEDS_NONE = (
    "account list",
    "target list",
    "target show",
    "target remove",
    "account remove",
    "account show",
    "account remove-bridge",
    "help",
    "completion",
    "plugins list",
)
"""Commands that work although no account's provider is there."""


@pytest.mark.parametrize("command", sorted(EVERY.keys() - {"sandbox"}))
@pytest.mark.parametrize("way", ["--no-plugins", "MP_PLUGINS"])
def test_h53_every_command_does_without_plugins_or_names_what_is_missing(
    shell: Shell, command: str, way: str
) -> None:
    words = words_of(command)
    if command == "account show":
        words.append("ci")
    done = (
        shell.mp("--no-plugins", *words)
        if way == "--no-plugins"
        else shell.mp(*words, MP_PLUGINS="")
    )
    assert "This should not have happened" not in done.err
    if command in NEEDS_NONE:
        assert done.code == 0, done
    elif done.code:
        assert "plugin" in done.out + done.err or "provider" in done.err, done


def test_accounts_of_missing_providers_are_listed_with_the_way_out(shell: Shell) -> None:
    rows = shell.ok("--no-plugins", "account", "list", "-f", "json").json
    assert {row["status"] for row in rows} == {"provider_missing"}
    assert [row["name"] for row in rows] == ["agent", "ci", "me"]
    done = shell.ok("account", "list", MP_PLUGINS="nothing")
    assert "MP_PLUGINS" in done.err
    assert len(done.out.splitlines()) == 4


def test_h50_an_account_of_a_missing_provider_can_be_removed_and_the_others_stay(
    shell: Shell,
) -> None:
    before = shell.config.read_text()
    shell.ok("--no-plugins", "account", "remove", "me")
    assert shell.config.read_text() == before.replace(
        '[accounts.me]\ntype = "oauth_browser"\nregion = "us"\n\n', ""
    )
    assert tables_in(shell.config)["accounts"].keys() == {"ci", "agent"}


@pytest.mark.providers
def test_h53_of_several_plugins_those_that_are_named_are_used(shell: Shell) -> None:
    env = {"MP_PLUGINS": "service_account"}
    rows = shell.ok("account", "list", "-f", "json", **env).json
    assert {row["name"]: row["status"] for row in rows} == {
        "agent": "provider_missing",
        "ci": "untested",
        "me": "provider_missing",
    }
    assert shell.ok("session", "-f", "json", **env).json["account"] == "ci"
    assert shell.mp("-a", "agent", "session", **env).code == 1


@pytest.mark.providers
@pytest.mark.parametrize(
    ("line", "absent"),
    [
        ("--version", {"pluggy", "pydantic", "httpx", "wcwidth", "mp_service_account"}),
        ("--help", {"pluggy", "pydantic", "httpx", "wcwidth", "mp_service_account"}),
        ("target list", {"httpx", "mp_service_account", "mp_oauth_token"}),
        ("session", {"httpx", "logging"}),
        ("account list", {"httpx"}),
        ("account token agent", {"httpx"}),
        ("help environment", {"httpx"}),
    ],
)
def test_h52_a_command_imports_no_more_than_it_needs(
    shell: Shell, sandbox: Sandbox, line: str, absent: set[str]
) -> None:
    code = "import sys; from mp_core.cli.run import run; code = run(sys.argv[1:]);"
    done = subprocess.run(
        [sys.executable, "-c", f"{code} print(*sys.modules, file=sys.stderr)", *line.split()],
        env=shell.process_env(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in done.stderr.splitlines()[-1].split()}
    assert not loaded & absent
