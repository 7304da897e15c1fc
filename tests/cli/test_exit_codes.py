"""Exit code, stdout and stderr of every command, whether it succeeds or not."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from mp_core.sandbox import Fault, Sandbox
from tests.support.cli_commands import CALLING, CHANGING, DAYS, EVERY, READING, leaves, words_of
from tests.support.shell import Outcome, Shell

pytestmark = pytest.mark.providers

NOT_FOUND = (
    "account show nope",
    "account update nope --region eu",
    "account remove nope",
    "account rename nope new",
    "account use nope",
    "account login nope",
    "account logout nope",
    "account token nope",
    "-a nope account export-bridge --to bridge.json",
    "-a nope project list",
    "-a nope project show",
    "-a nope project use 10",
    "-t nope workspace list",
    "-t nope workspace show",
    "target show nope",
    "target use nope",
    "target remove nope",
    "target add new -a nope -p 10",
    "-a nope session",
    "-t nope inspect events",
    f"-t nope query segmentation Purchase {DAYS}",
    "-a nope api GET /me",
    "api GET /nope",
    "logout nope",
)
BAD_INPUT = {
    "account add 'a b' --type oauth_token --region us": "'a b' is no name",
    "account add new --region us": "Missing option '--type', one of: oauth_browser",
    "account add new --type oauth_tokken --region us": "Did you mean oauth_token",
    "account add new --type oauth_token": "Missing option '--region'",
    "account add new --type oauth_token --region mars": "'mars' is not one of",
    "account add new --type service_account --region us": "Missing option '--username'",
    "account add new --type oauth_token --region us": "exactly one of token and token_env",
    "account add ci -a agent --type oauth_browser --region us": "different accounts",
    "account update": "Name the account: its NAME, or --account.",
    "account update ci --secret fake": "No such option",
    "account remove": "Name the account",
    "account use": "Name the account",
    "account test ci --all": "--all excludes",
    "account login": "Name the account",
    "account export-bridge": "Missing option '--to'",
    "project use x": "'x' is no project id",
    "project use": "Missing argument 'ID'",
    "workspace use 0": "'0' is no workspace id",
    "workspace use 5 -a agent": "mp account use agent --workspace 5",
    "target add 'a/b'": "'a/b' is no name",
    "target show": "Name the target",
    "target show ecom -t bare": "'ecom' and --target bare differ",
    "inspect events --limit 0": "0 is not in the range",
    "inspect events --from yesterday": "'yesterday' is no day",
    "query segmentation Purchase --from 2024-01-01": "Missing option '--to'",
    f"query segmentation Purchase {DAYS} --unit year": "'year' is not one of",
    "api GET me": "'me' is no path such as /me",
    "api GET //elsewhere.invalid/me": "is no path such as /me",
    "api POST /me --body -": "What - holds is not JSON",
    "api GET /me --query limit": "'limit' is not KEY=VALUE",
    "api GET /me --body nowhere.json": "nowhere.json cannot be read",
    "-f yaml session": "'yaml' is not one of",
    "-p 1x session": "'1x' is no project id",
    "-t ecom -a ci session": "--target excludes --account",
    "session -t ecom -w 5": "--target excludes --workspace",
    "sandbox --fault teapot": "'teapot' is not one of 'unauthorized'",
    "nothing": "There is no command 'nothing'",
    "acount list": "Did you mean account?",
}


def is_said(done: Outcome, code: int) -> bool:
    """Whether a failure has this exit code, an error on stderr, and no data."""
    return (done.code, done.out) == (code, "") and done.err.startswith("Error: ")


def test_every_command_is_tried_here() -> None:
    assert set(leaves()) <= EVERY.keys()


@pytest.mark.parametrize("command", READING)
def test_h43_a_quiet_reading_command_prints_its_data_and_nothing_else(
    shell: Shell, command: str
) -> None:
    done = shell.ok(*words_of(command), "-q")
    assert done.out
    assert done.err == ""


@pytest.mark.parametrize("command", CHANGING)
def test_h43_a_change_is_confirmed_on_stderr_and_a_quiet_one_not_at_all(
    shell: Shell, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shell.config.read_text()
    done = shell.ok(*words_of(command))
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    shell.config.write_text(before)
    monkeypatch.chdir(tmp_path)
    again = shell.ok(*words_of(command), "--quiet")
    assert (again.out, again.err) == ("", "")


@pytest.mark.parametrize("command", CHANGING)
def test_a_change_is_confirmed_to_a_program_as_a_record(shell: Shell, command: str) -> None:
    done = shell.ok(*words_of(command, "-f", "json"))
    assert isinstance(done.json, dict)
    assert done.err == ""


@pytest.mark.parametrize("line", NOT_FOUND)
def test_what_is_not_there_ends_with_4(shell: Shell, line: str) -> None:
    assert is_said(shell.mp(*shlex.split(line)), 4)
    told = shell.mp("-f", "json", *shlex.split(line)).failure
    assert told.keys() == {"code", "message", "hint", "details"}
    assert told["hint"]


@pytest.mark.parametrize(("line", "text"), BAD_INPUT.items())
def test_bad_input_ends_with_3_and_says_what_is_wrong(shell: Shell, line: str, text: str) -> None:
    before = shell.config.read_text()
    done = shell.mp(*shlex.split(line))
    assert is_said(done, 3)
    assert text in done.err
    assert shell.config.read_text() == before


@pytest.mark.parametrize("command", EVERY)
def test_an_option_that_does_not_exist_ends_with_3_for_every_command(
    shell: Shell, command: str
) -> None:
    done = shell.mp(*words_of(command), "--bogus", "-f", "json")
    assert (done.code, done.out, done.failure["code"]) == (3, "", "USAGE")
    assert "--bogus" in done.failure["message"]


@pytest.mark.parametrize("command", CALLING)
def test_a_credential_that_is_refused_ends_with_2(shell: Shell, command: str) -> None:
    done = shell.mp("-a", "agent", *words_of(command), AGENT_TOKEN="fake-token-of-nobody")
    assert done.code == 2
    assert "Mixpanel refused the credential of account 'agent'" in done.err
    assert "mp account test agent" in done.err or command == "account test"


@pytest.mark.parametrize("command", CALLING)
def test_no_access_ends_with_2(shell: Shell, sandbox: Sandbox, command: str) -> None:
    sandbox.inject(Fault("forbidden"))
    done = shell.mp(*words_of(command))
    assert done.code == 2
    assert "Account 'ci' (region us) has no access to project 3018488" in done.err


@pytest.mark.parametrize("command", CALLING)
def test_a_rate_limit_that_lasts_ends_with_5(shell: Shell, sandbox: Sandbox, command: str) -> None:
    sandbox.inject(Fault("rate_limited", retry_after=0))
    done = shell.mp(*words_of(command))
    assert done.code == (2 if command == "account test" else 5)
    assert "Mixpanel asks for a pause" in done.err


@pytest.mark.parametrize("command", CALLING)
def test_a_failing_server_ends_with_1(shell: Shell, sandbox: Sandbox, command: str) -> None:
    sandbox.inject(Fault("server_error", status=500))
    done = shell.mp(*words_of(command))
    assert done.code == (2 if command == "account test" else 1)
    assert "Mixpanel answered 500" in done.err


def test_h43_a_failing_account_test_ends_with_2_and_keeps_its_record(shell: Shell) -> None:
    done = shell.mp("account", "test", "me", "-f", "json")
    assert (done.code, done.json["ok"], done.err) == (2, False, "")
    assert "not logged in" in done.json["error"]
    alone = shell.mp("account", "test", "nope")
    assert (alone.code, alone.out) == (2, "account  nope\nworks    no\n")


def test_a_token_that_is_missing_ends_with_2(shell: Shell) -> None:
    done = shell.mp("account", "token", "agent", AGENT_TOKEN="")
    assert is_said(done, 2)
    assert "Run: export AGENT_TOKEN=…" in done.err


def test_h41_an_account_without_a_bearer_has_no_token_to_print(shell: Shell) -> None:
    assert is_said(shell.mp("account", "token", "ci"), 2)


def test_a_configuration_that_cannot_be_used_ends_with_1(shell: Shell) -> None:
    shell.config.write_text("[accounts\n")
    for command in ("account list", "session", "target list", "project show"):
        assert is_said(shell.mp(*words_of(command)), 1), command


def test_h45_a_refused_credential_names_the_next_command_for_its_own_source(shell: Shell) -> None:
    variables = {"MP_OAUTH_TOKEN": "fake", "MP_PROJECT_ID": "10", "MP_REGION": "us"}
    for words, env, way in (
        (("-a", "agent"), {"AGENT_TOKEN": "fake"}, "or replace it: mp account update agent --help"),
        ((), variables, "or leave them out: mp --no-env …"),
    ):
        done = shell.mp(*words, "inspect", "events", **env)
        assert done.code == 2
        assert done.err.rstrip("\n").endswith(way)
        assert "(type oauth_token, region us, from " in done.err
