"""Whose an account is, on the command line: shown, held against every credential, handed over."""

from __future__ import annotations

import pytest

from mp_core.sandbox import Sandbox
from tests.support.shell import Shell

pytestmark = pytest.mark.providers

CI, ADA, GRACE = (f"{who}.example" for who in ("ci@robots", "ada@people", "grace@people"))


@pytest.fixture
def proven(shell: Shell) -> Shell:
    """The shell, after `ci` has proven to be a robot of that name, and `agent` to be ada."""
    for account in ("ci", "agent"):
        shell.ok("account", "test", account)
    return shell


def answers_of(sandbox: Sandbox) -> int:
    """How often the sandbox was asked who somebody is."""
    return [request.path for request in sandbox.requests].count("/api/app/me")


def test_the_owner_and_the_projects_name_are_shown_without_a_request(
    proven: Shell, sandbox: Sandbox
) -> None:
    asked = answers_of(sandbox)
    listed = {row["name"]: row for row in proven.ok("account", "list", "-f", "json").json}
    assert (listed["ci"]["user_email"], listed["ci"]["project_name"]) == (CI, "Web Shop")
    assert (listed["agent"]["user_email"], listed["me"]["user_email"]) == (ADA, None)
    assert CI in proven.ok("account", "list").out
    assert proven.ok("account", "show", "ci", "-f", "json").json["user_email"] == CI
    assert f"as {CI}" in proven.ok("session").out
    assert "3018488 (Web Shop)" in proven.ok("session").out
    session = proven.ok("session", "-f", "json").json
    assert (session["user_email"], session["project_name"]) == (CI, "Web Shop")
    assert answers_of(sandbox) == asked
    assert f"It acts as {ADA}." in proven.mp("doctor", "-v").out


def test_h61_the_secret_of_another_is_refused_with_exit_code_2_and_changes_no_byte(
    proven: Shell, sandbox: Sandbox
) -> None:
    ada = sandbox.identities[1]
    before = proven.config.read_bytes()
    words = ("--username", ada.username, "--secret-stdin", "-f", "json")
    for command in (("login", "ci"), ("account", "update", "ci")):
        done = proven.mp(*command, *words, stdin=ada.secret)
        assert (done.code, done.failure["code"]) == (2, "OWNER_MISMATCH")
        assert all(who in done.failure["message"] for who in (CI, ADA))
        assert "--as NAME" in done.failure["hint"]
        assert "--take-over" in done.failure["hint"]
    assert proven.config.read_bytes() == before


def test_an_account_of_their_own_has_the_type_and_region_of_the_one_that_was_named(
    proven: Shell, sandbox: Sandbox
) -> None:
    ada = sandbox.identities[1]
    words = ("--username", ada.username, "--secret-stdin", "--project", "9", "-f", "json")
    result = proven.ok("login", "ci", "--as", "ada", *words, stdin=ada.secret).json
    assert (result["account_name"], result["type"]) == ("ada", "service_account")
    assert (result["is_new"], result["user"]["email"]) == (True, ADA)
    assert proven.ok("account", "test", "ci").code == 0
    assert proven.mp("login", "nobody", "--as", "bob").code == 4


@pytest.mark.parametrize("command", [("login",), ("account", "update")])
def test_a_take_over_is_one_more_word(
    proven: Shell, sandbox: Sandbox, command: tuple[str, ...]
) -> None:
    ada = sandbox.identities[1]
    words = ("--username", ada.username, "--secret-stdin", "--take-over")
    proven.ok("target", "add", "web", "--account", "ci", "--project", "3018488")
    said = " ".join(proven.ok(*command, "ci", *words, stdin=ada.secret).err.split())
    assert f"now acts as {ADA}" in said
    assert "targets stay: " in said
    assert "web" in said
    assert proven.ok("account", "show", "ci", "-f", "json").json["user_email"] == ADA


def test_whoever_has_the_credential_now_takes_the_account_over_without_another_field(
    proven: Shell, sandbox: Sandbox
) -> None:
    token = sandbox.identities[2].token
    done = proven.mp("account", "test", "agent", "-f", "json", AGENT_TOKEN=token)
    assert (done.code, done.json["error_code"]) == (2, "OWNER_MISMATCH")
    proven.ok("account", "update", "agent", "--take-over", AGENT_TOKEN=token)
    assert proven.ok("account", "show", "agent", "-f", "json").json["user_email"] == GRACE


def test_h69_a_project_that_the_last_proof_refutes_is_said_when_it_is_chosen(
    proven: Shell,
) -> None:
    says = f"Project 77 is not among those that {CI} may read"
    for words in (
        ("project", "use", "77"),
        ("account", "update", "ci", "--default-project", "77"),
        ("target", "add", "fox", "--account", "ci", "--project", "77"),
        ("account", "use", "ci", "--project", "77"),
    ):
        assert says in " ".join(proven.ok(*words).err.split())
    assert "not among" not in proven.ok("project", "use", "10").err


@pytest.mark.parametrize(
    ("words", "env", "code"),
    [
        (("login", "me"), {"MP_OAUTH_TOKEN": "fake-token-of-ada"}, "UNUSED_CREDENTIAL"),
        (("login", "ci", "--region", "eu"), {}, "FIXED_REGION"),
        (("login", "ci", "--type", "oauth_browser"), {}, "FIXED_TYPE"),
    ],
)
def test_h61_h70_what_would_change_type_or_region_or_pass_a_credential_over_is_refused(
    shell: Shell, words: tuple[str, ...], env: dict[str, str], code: str
) -> None:
    before = shell.config.read_bytes()
    done = shell.mp(*words, "-f", "json", **env)
    assert (done.code, done.failure["code"]) == (1, code)
    assert shell.config.read_bytes() == before


@pytest.mark.parametrize("command", [("login",), ("account", "add")])
def test_h61_targets_that_an_account_of_the_name_has_left_are_said_to_lead_to_the_new_one(
    proven: Shell, sandbox: Sandbox, command: tuple[str, ...]
) -> None:
    ada = sandbox.identities[1]
    proven.ok("target", "add", "orphan", "--account", "ci", "--project", "3018488")
    proven.ok("account", "remove", "ci", "--force")
    project = ("--project", "3018488", "--type", "service_account", "--region", "us")
    words = ("--username", ada.username, "--secret-stdin", *project)
    said = proven.ok(*command, "ci", *words, stdin=ada.secret).err
    [line] = [line for line in said.splitlines() if "These targets lead to" in line]
    assert "orphan" in line


@pytest.mark.parametrize("words", [(), ("--username", "ci.fake.robot")], ids=["alone", "beside"])
def test_h70_a_variable_is_the_new_secret_of_an_account_that_is_updated(
    proven: Shell, sandbox: Sandbox, words: tuple[str, ...]
) -> None:
    renewed = sandbox.rotate_secret(sandbox.identities[0]).secret
    proven.ok("account", "update", "ci", *words, MP_SECRET=renewed)
    assert renewed in proven.config.read_text()
    assert proven.mp("account", "update", "ci").code == 3


def test_h70_what_changes_no_credential_leaves_the_variables_alone(proven: Shell) -> None:
    before = proven.config.read_text()
    proven.ok("account", "update", "ci", "--default-project", "10", MP_SECRET="fake-other")
    assert "fake-other" not in proven.config.read_text()
    assert before.replace('project = "3018488"', 'project = "10"', 1) == proven.config.read_text()
    proven.ok("account", "update", "agent", "--token-env", "AGENT_TOKEN", MP_OAUTH_TOKEN="fake")
    assert '"fake"' not in proven.config.read_text()
