"""Which identity a command acts as: options, variables that stand in for them, environment."""

from __future__ import annotations

import pytest

from mp_core.sandbox import Sandbox
from tests.support.shell import Shell

pytestmark = pytest.mark.providers

ROBOT = {
    "MP_USERNAME": "grace.fake.robot",
    "MP_SECRET": "fake-secret-of-grace",
    "MP_PROJECT_ID": "3018489",
    "MP_REGION": "us",
}
"""A complete identity in the environment."""


def axes(shell: Shell, *words: str, **env: str) -> tuple[str, str, int | None]:
    """Return account, project and workspace in force."""
    shown = shell.ok(*words, "session", "-f", "json", **env).json
    return shown["account"], shown["project"], shown["workspace"]


@pytest.mark.parametrize(
    ("words", "env", "expected"),
    [
        ((), {}, ("ci", "3018488", None)),
        ((), {"MP_ACCOUNT": "agent"}, ("agent", "10", None)),
        (("-a", "ci"), {"MP_ACCOUNT": "agent"}, ("ci", "3018488", None)),
        (("-t", "bare"), {"MP_ACCOUNT": "agent"}, ("ci", "3018489", None)),
        (("-p", "9"), {"MP_ACCOUNT": "agent"}, ("agent", "9", None)),
        ((), {"MP_TARGET": "ecom"}, ("agent", "9", 92)),
        (("-t", "bare"), {"MP_TARGET": "ecom"}, ("ci", "3018489", None)),
        (("-a", "ci"), {"MP_TARGET": "ecom"}, ("ci", "3018488", None)),
        (("-p", "77"), {"MP_TARGET": "ecom"}, ("agent", "77", None)),
        (("-w", "93"), {"MP_TARGET": "ecom"}, ("agent", "9", 93)),
        (("-p", "77", "-w", "771"), {"MP_TARGET": "ecom"}, ("agent", "77", 771)),
        ((), {"MP_ACCOUNT": "", "MP_TARGET": ""}, ("ci", "3018488", None)),
        (("--no-env",), {"MP_ACCOUNT": "agent", **ROBOT}, ("agent", "10", None)),
        ((), {"MP_IGNORE_ENV": "1", **ROBOT}, ("ci", "3018488", None)),
        ((), ROBOT, ("env", "3018489", None)),
    ],
)
def test_variables_stand_in_for_options_and_give_way_to_them(
    shell: Shell, words: tuple[str, ...], env: dict[str, str], expected: tuple[str, str, int | None]
) -> None:
    assert axes(shell, *words, **env) == expected


def test_of_two_variables_that_name_an_identity_the_target_is_used_with_a_warning(
    shell: Shell,
) -> None:
    done = shell.ok("session", MP_ACCOUNT="ci", MP_TARGET="ecom")
    assert "agent (oauth_token, us)  MP_TARGET=ecom" in done.out
    assert done.err == (
        "Warning: MP_TARGET (ecom) is used and MP_ACCOUNT (ci) is not; unset one of them.\n"
    )
    assert shell.ok("session", "-a", "ci", MP_ACCOUNT="ci", MP_TARGET="ecom").err == ""


@pytest.mark.parametrize("name", ["MP_ACCOUNT", "MP_TARGET"])
def test_h17_a_typo_in_a_variable_stops_what_needs_it_and_nothing_else(
    shell: Shell, name: str
) -> None:
    env = {name: "nope"}
    for line in ("session", "inspect events", "account show", "project list", "account token"):
        done = shell.mp(*line.split(), **env)
        assert (done.code, done.out) == (4, ""), line
        assert "'nope'" in done.err
    for line in ("account list", "target list", "account show ci", "-a ci session", "help"):
        assert shell.ok(*line.split(), **env).err in ("", "me: Log in: mp account login me\n"), line


@pytest.mark.parametrize("name", ["MP_PROJECT_ID", "MP_WORKSPACE_ID"])
def test_h13_a_project_or_workspace_in_the_environment_leaves_targets_usable(
    shell: Shell, name: str
) -> None:
    done = shell.ok("-t", "ecom", "session", "-f", "json", **{name: "5"})
    assert done.json["account"] == "agent"
    assert done.json["sources"]["account"]["source"] == "target"
    assert len(done.err.splitlines()) == 1
    assert name in done.err


def test_h12_an_environment_that_beats_an_option_is_said_once_naming_both(shell: Shell) -> None:
    done = shell.ok("-a", "ci", "-p", "10", "inspect", "events", **ROBOT)
    account, project = done.err.splitlines()
    assert account.startswith("Warning: The account comes from the environment (MP_USERNAME, ")
    assert "not from --account ci;" in account
    assert project.startswith("Warning: The project comes from the environment (MP_PROJECT_ID)")
    assert "not from --project 10;" in project
    assert "`mp --no-env` turns that off" in project


def test_h12_no_env_stops_it(shell: Shell, sandbox: Sandbox) -> None:
    for words in (("--no-env", "-a", "agent"), ("-a", "agent", "inspect", "events", "--no-env")):
        more = () if "events" in words else ("inspect", "events")
        assert shell.ok(*words, *more, **ROBOT).err == ""
        assert sandbox.requests[-1].identity_name == "ada"


def test_h12_a_quiet_command_warns_of_nothing(shell: Shell) -> None:
    assert shell.ok("-q", "-a", "ci", "session", **ROBOT).err == ""


def test_an_incomplete_identity_is_said_and_skipped(shell: Shell) -> None:
    done = shell.ok("session", MP_USERNAME="x", MP_REGION="us")
    assert done.err.startswith("Warning: The identity in the environment is incomplete")
    assert "MP_SECRET" in done.err
    assert "ci (service_account, us)" in done.out


@pytest.mark.parametrize(
    ("words", "env"),
    [
        ((), {}),
        (("-a", "agent"), {}),
        (("-t", "ecom"), {}),
        ((), ROBOT),
        (("-t", "ecom"), {"MP_PROJECT_ID": "77"}),
        (("-a", "agent", "-p", "9"), {"MP_WORKSPACE_ID": "92"}),
        ((), {"MP_TARGET": "ecom"}),
        (("-p", "10"), {"MP_ACCOUNT": "agent"}),
    ],
)
def test_h16_the_session_shown_is_the_one_that_a_request_uses(
    shell: Shell, sandbox: Sandbox, words: tuple[str, ...], env: dict[str, str]
) -> None:
    account, project, workspace = axes(shell, *words, **env)
    shell.ok(*words, "inspect", "events", **env)
    seen = sandbox.requests[-1]
    person = {"ci": "ci", "agent": "ada", "env": "grace"}
    assert seen.identity_name == person[account]
    assert seen.query["project_id"] == project
    assert seen.query.get("workspace_id") == (str(workspace) if workspace else None)


def test_h10_a_pin_is_used_with_its_own_account_and_project_only(shell: Shell) -> None:
    shell.ok("workspace", "use", "3448414")
    assert axes(shell) == ("ci", "3018488", 3448414)
    assert axes(shell, "-p", "10") == ("ci", "10", None)
    assert axes(shell, "-a", "agent", "-p", "3018488") == ("agent", "3018488", None)
    assert axes(shell, "-t", "bare") == ("ci", "3018489", None)
    assert axes(shell, MP_PROJECT_ID="10") == ("ci", "10", None)


@pytest.mark.parametrize(
    ("line", "env", "note"),
    [
        ("project use 10", {"MP_PROJECT_ID": "9"}, "The project in force stays 9: MP_PROJECT_ID"),
        ("account use agent", ROBOT, "The account in force stays env: MP_USERNAME, MP_SECRET"),
        ("account use ci", {"MP_ACCOUNT": "agent"}, "The account in force stays agent: MP_ACCOUNT"),
        ("target use bare", {"MP_TARGET": "ecom"}, "The workspace in force stays 92: MP_TARGET"),
        ("workspace use 5", {"MP_WORKSPACE_ID": "7"}, "The workspace in force stays 7: MP_WORK"),
    ],
)
def test_a_default_that_is_not_in_force_is_said_to_be_none(
    shell: Shell, line: str, env: dict[str, str], note: str
) -> None:
    done = shell.ok(*line.split(), **env)
    assert note in done.err
    assert "comes first" in done.err
    assert len(shell.ok(*line.split()).err.splitlines()) == 1
