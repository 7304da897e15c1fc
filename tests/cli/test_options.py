"""The global options: before or after the command, honoured or refused, never dropped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mp_core.sandbox import Sandbox
from tests.support.cli_commands import CHANGING, DAYS, EVERY, words_of
from tests.support.home_files import tables_in
from tests.support.shell import Shell

pytestmark = pytest.mark.providers

IN_FORCE = {
    "session -f json": {"account": "agent", "project": "77", "workspace": 771},
    "project show -f json": {"account": "agent", "id": "77"},
    "workspace show -f json": {"account": "agent", "project": "77", "id": 771},
}
CALLS = {
    "inspect events": {"project_id": "77", "workspace_id": "771"},
    f"query segmentation Purchase {DAYS}": {"project_id": "77", "workspace_id": "771"},
    "api GET /events/names --family query": {"project_id": "77", "workspace_id": "771"},
    "api GET /workspaces/{workspace_id}/dashboards": {},
    "workspace list": {},
    "project list": {},
    "account test": {},
}
AXES = ("-a", "agent", "-p", "77", "-w", "771")
REFUSED = (
    "account add new --type oauth_browser --region us -w 5",
    "account add new --type oauth_browser --region us -t ecom",
    "account update ci -w 5",
    "account remove me -p 5",
    "account rename me ada -p 5",
    "account remove me -w 5",
    "account use agent -t ecom",
    "account login me -p 5",
    "account logout me -w 5",
    "logout me -p 5",
    "login -w 5",
    "account remove-bridge -a ci",
    "project use 10 -p 11",
    "project use 10 -t ecom",
    "workspace use 5 -w 6",
    "workspace use 5 -t ecom",
    "target add new -t ecom",
    "target use ecom -a ci",
    "target show ecom -p 5",
    "target remove ecom -w 5",
    "demo -a ci",
    "demo -f json",
    "sandbox -t ecom",
)


@pytest.mark.parametrize(("line", "expected"), IN_FORCE.items())
def test_h14_what_is_shown_follows_the_options_before_and_after_the_command(
    shell: Shell, line: str, expected: dict[str, Any]
) -> None:
    for words in ((*AXES, *line.split()), (*line.split(), *AXES)):
        shown = shell.ok(*words).json
        assert {key: shown[key] for key in expected} == expected


@pytest.mark.parametrize(("line", "query"), CALLS.items())
def test_h14_every_call_is_made_as_the_options_say(
    shell: Shell, sandbox: Sandbox, line: str, query: dict[str, str]
) -> None:
    for words in ((*AXES, *line.split()), (*line.split(), *AXES)):
        shell.ok(*words)
        seen = sandbox.requests[-1]
        assert (seen.identity_name, seen.status) == ("ada", 200)
        assert {key: seen.query.get(key) for key in query} == query
        assert "77" in seen.path or line != "workspace list"
        assert "771" in seen.path or "{workspace_id}" not in line


def test_an_option_after_the_command_beats_the_same_one_before_it(shell: Shell) -> None:
    assert shell.ok("-a", "ci", "session", "-a", "agent", "-f", "json").json["account"] == "agent"


def test_h14_commands_about_an_account_take_it_from_the_option(shell: Shell) -> None:
    assert shell.ok("-a", "agent", "account", "show", "-f", "json").json["name"] == "agent"
    assert shell.ok("-a", "agent", "account", "token").out == "fake-token-of-ada\n"
    assert shell.ok("-t", "ecom", "account", "token").out == "fake-token-of-ada\n"
    shell.ok("-a", "agent", "account", "update", "--region", "eu")
    assert tables_in(shell.config)["accounts"]["agent"]["region"] == "eu"
    shell.ok("-a", "me", "account", "remove")
    assert "me" not in tables_in(shell.config)["accounts"]
    shell.ok("account", "use", "-a", "agent")
    assert tables_in(shell.config)["active"] == {"account": "agent"}


def test_h14_a_project_becomes_the_default_of_the_account_that_is_named(shell: Shell) -> None:
    done = shell.ok("--account", "agent", "project", "use", "777")
    assert done.err == "Project 777 is the default of account agent.\n"
    found = tables_in(shell.config)
    assert found["accounts"]["agent"]["default_project"] == "777"
    assert found["accounts"]["ci"]["default_project"] == "3018488"
    assert found["active"] == {"account": "ci"}


def test_h14_a_default_is_set_on_all_axes_at_once(shell: Shell) -> None:
    shell.ok("account", "use", "agent", "-p", "9", "-w", "92")
    found = tables_in(shell.config)
    assert found["active"] == {"account": "agent", "workspace": 92}
    assert found["accounts"]["agent"]["default_project"] == "9"
    shell.ok("project", "use", "77", "-w", "771")
    assert tables_in(shell.config)["active"] == {"account": "agent", "workspace": 771}
    shell.ok("-p", "10", "workspace", "use", "102")
    assert tables_in(shell.config)["accounts"]["agent"]["default_project"] == "10"


def test_h14_a_bridge_carries_what_the_options_say(shell: Shell) -> None:
    ways: tuple[dict[str, str], ...] = ({"MP_TARGET": "ecom"}, {"MP_USERNAME": "x"}, {})
    options = ((), ("-a", "agent", "-p", "9", "-w", "92"), ("-t", "ecom"))
    for env, words in zip(ways, options, strict=True):
        Path("bridge.json").unlink(missing_ok=True)
        shell.ok(*words, "account", "export-bridge", "--to", "bridge.json", **env)
        shown = shell.ok("session", "--bridge", "-f", "json", MP_AUTH_FILE="bridge.json").json
        assert (shown["account"], shown["project"], shown["workspace"]) == ("agent", "9", 92)


def test_h14_a_target_is_added_from_the_options_and_for_the_rest_from_the_session(
    shell: Shell,
) -> None:
    shell.ok("target", "add", "whole", "-a", "agent", "-p", "9", "-w", "92")
    shell.ok("target", "add", "part", "-a", "agent")
    shell.ok("target", "add", "view", "-w", "3448414")
    targets = tables_in(shell.config)["targets"]
    assert targets["whole"] == {"account": "agent", "project": "9", "workspace": 92}
    assert targets["part"] == {"account": "agent", "project": "10"}
    assert targets["view"] == {"account": "ci", "project": "3018488", "workspace": 3448414}


def test_lists_of_accounts_and_targets_are_narrowed_by_the_options(shell: Shell) -> None:
    def names(*words: str) -> list[str]:
        return [row["name"] for row in shell.ok(*words, "-f", "json").json]

    assert names("account", "list") == ["agent", "ci", "me"]
    assert names("-a", "ci", "account", "list") == ["ci"]
    assert names("-t", "ecom", "account", "list") == ["agent"]
    assert names("account", "list", "-a", "nope") == []
    assert names("target", "list", "-p", "9", "-w", "92") == ["ecom"]
    assert names("target", "list", "-a", "ci") == ["bare"]
    assert names("target", "list", "-t", "bare") == ["bare"]


@pytest.mark.parametrize("line", REFUSED)
def test_an_option_that_would_be_dropped_by_a_change_is_refused(shell: Shell, line: str) -> None:
    before = shell.config.read_text()
    done = shell.mp(*line.split())
    assert (done.code, done.out) == (3, "")
    assert "does not apply here" in done.err
    assert shell.config.read_text() == before


@pytest.mark.parametrize("command", EVERY)
def test_a_target_beside_another_axis_is_a_usage_error_for_every_command(
    shell: Shell, command: str
) -> None:
    for words in (("-t", "ecom", "-a", "ci"), ("-w", "5", "-t", "ecom")):
        done = shell.mp(*words, *words_of(command))
        assert (done.code, done.out) == (3, "")
        assert "excludes" in done.err


@pytest.mark.parametrize("command", CHANGING)
def test_every_change_takes_its_options_before_the_command_too(shell: Shell, command: str) -> None:
    done = shell.ok("-q", "-f", "json", "--no-env", *words_of(command))
    assert isinstance(done.json, dict)
    assert done.err == ""


def test_an_account_that_is_named_is_meant_whatever_the_environment_holds(shell: Shell) -> None:
    identity = {"MP_OAUTH_TOKEN": "fake", "MP_PROJECT_ID": "9", "MP_REGION": "us"}
    assert shell.ok("-a", "agent", "account", "token", **identity).out == "fake-token-of-ada\n"
    assert shell.ok("account", "token", **identity).out == "fake\n"
    shell.ok("-a", "agent", "account", "export-bridge", "--to", "bridge.json", **identity)
    shown = shell.ok("session", "--bridge", "-f", "json", MP_AUTH_FILE="bridge.json").json
    assert shown["account"] == "agent"
