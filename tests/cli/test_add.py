"""Adding and changing accounts: fields as options, secrets never on the command line."""

from __future__ import annotations

from typing import Any

import pytest

from mp_core.sandbox import Sandbox
from tests.support.home_files import tables_in
from tests.support.shell import Shell

pytestmark = pytest.mark.providers

ROBOT = (
    *("account", "add", "robot", "--type", "service_account", "--region", "us"),
    *("--default-project", "10", "--username", "ci.fake.robot"),
)
TOKEN = (
    *("account", "add", "bot", "--type", "oauth_token", "--region", "us"),
    *("--default-project", "10"),
)
FAKE = "fake-secret-of-ci"


def stored(shell: Shell, name: str) -> dict[str, Any]:
    """Return an account's block."""
    block: dict[str, Any] = tables_in(shell.config)["accounts"][name]
    return block


def test_help_lists_the_types_and_for_one_of_them_its_own_fields(bare: Shell) -> None:
    general = bare.ok("account", "add", "--help").out
    assert "oauth_browser, oauth_token, service_account" in general
    assert "--username" not in general
    own = bare.ok("account", "add", "--type", "service_account", "--help").out
    assert "--username TEXT" in own
    assert "--secret-stdin" in own
    assert "from MP_SECRET" in own
    assert "--type service_account --username USERNAME --secret-stdin" in own
    token = bare.ok("account", "add", "--type=oauth_token", "--help").out
    assert "--token-env TEXT" in token
    assert "else from MP_OAUTH_TOKEN" in " ".join(token.split())


def test_help_of_an_update_shows_the_fields_of_the_account(shell: Shell) -> None:
    assert "--username TEXT" in shell.ok("account", "update", "ci", "--help").out
    assert "--token-env TEXT" in shell.ok("-a", "agent", "account", "update", "--help").out
    assert "--username" not in shell.ok("account", "update", "--help").out


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_comes_from_stdin_without_its_line_end(bare: Shell, end: str) -> None:
    done = bare.ok(*ROBOT, "--secret-stdin", stdin=FAKE + end)
    assert done.err == "Added account robot, and made it the active one.\n"
    assert stored(bare, "robot")["secret"] == FAKE


def test_a_secret_comes_from_the_variable_of_its_field(bare: Shell) -> None:
    bare.ok(*ROBOT, MP_SECRET=FAKE)
    assert stored(bare, "robot")["secret"] == FAKE
    bare.ok(*TOKEN, MP_OAUTH_TOKEN=FAKE)
    assert stored(bare, "bot")["token"] == FAKE


def test_stdin_comes_before_the_variable(bare: Shell) -> None:
    bare.ok(*ROBOT, "--secret-stdin", stdin=FAKE, MP_SECRET="fake-secret-of-another")
    assert stored(bare, "robot")["secret"] == FAKE


def test_a_variable_that_is_named_is_kept_and_its_value_is_not(bare: Shell) -> None:
    bare.ok(*TOKEN, "--token-env", "BOT", BOT=FAKE, MP_OAUTH_TOKEN=FAKE)
    assert stored(bare, "bot")["token_env"] == "BOT"
    assert FAKE not in bare.config.read_text()


def test_h44_a_secret_that_nobody_can_type_is_an_error_at_once(bare: Shell) -> None:
    done = bare.mp(*ROBOT)
    assert (done.code, done.out) == (3, "")
    assert "give it on stdin with --secret-stdin, or in MP_SECRET" in done.err
    assert bare.mp(*ROBOT, "--secret-stdin").err.startswith("Error: There is nothing on stdin")
    assert bare.mp(*ROBOT, "--secret-stdin", stdin="\n").code == 3
    assert not bare.config.exists()


def test_a_secret_that_is_not_text_is_an_error(bare: Shell) -> None:
    with bare.start(*ROBOT, "--secret-stdin", errors="surrogateescape") as process:
        _, err = process.communicate("\udcff\udcfe", timeout=60)
    assert process.returncode == 3
    assert "not UTF-8" in err


def test_a_secret_is_never_a_value_on_the_command_line(bare: Shell) -> None:
    ways = (("--secret", FAKE), (f"--secret-stdin={FAKE}",), ("--secret-stdin", FAKE))
    for way in ways:
        done = bare.mp(*ROBOT, *way)
        assert done.code == 3
        assert FAKE not in done.out + done.err


def test_a_person_is_asked_for_the_secret_which_is_not_shown(bare: Shell) -> None:
    with bare.terminal(*ROBOT) as terminal:
        terminal.wait_for("Secret of the service account: ")
        terminal.type(f"{FAKE}\n")
        assert terminal.end() == 0, terminal.screen
    assert FAKE not in terminal.screen
    assert stored(bare, "robot")["secret"] == FAKE


def test_a_person_is_asked_for_a_new_secret_too(shell: Shell, sandbox: Sandbox) -> None:
    robot = sandbox.rotate_secret(sandbox.identities[0])
    with shell.terminal("account", "update", "ci", "--secret-stdin") as terminal:
        terminal.wait_for("Secret of the service account: ")
        terminal.type(f"{robot.secret}\n")
        assert terminal.end() == 0, terminal.screen
    assert robot.secret not in terminal.screen
    assert stored(shell, "ci")["secret"] == robot.secret


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_a_person_who_gives_up_leaves_nothing_behind(bare: Shell, key: str) -> None:
    with bare.terminal(*ROBOT) as terminal:
        terminal.wait_for("Secret of the service account: ")
        terminal.type(key)
        assert terminal.end() == 130, terminal.screen
    assert "Interrupted." in terminal.screen
    assert "Traceback" not in terminal.screen
    assert not bare.config.exists()


def test_h34_a_secret_that_is_refused_replaces_nothing(shell: Shell) -> None:
    before = shell.config.read_text()
    words = ("account", "update", "ci", "--secret-stdin")
    done = shell.mp(*words, stdin="fake-secret-of-nobody")
    assert done.code == 2
    assert "nothing was changed" in done.err
    assert shell.config.read_text() == before


def test_the_default_project_is_given_by_its_own_option_or_by_the_global_one(bare: Shell) -> None:
    words = ("account", "add", "bot", "--type", "oauth_token", "--region", "us")
    bare.ok(*words, "--token-env", "BOT", "-p", "77")
    assert stored(bare, "bot")["default_project"] == "77"
    bare.ok("account", "update", "bot", "-p", "78")
    assert stored(bare, "bot")["default_project"] == "78"
    twice = bare.mp("account", "update", "bot", "-p", "78", "--default-project", "79")
    assert (twice.code, stored(bare, "bot")["default_project"]) == (3, "78")


def test_an_account_without_the_project_that_it_needs_is_not_added(bare: Shell) -> None:
    done = bare.mp(
        "account", "add", "bot", "--type", "oauth_token", "--region", "us", MP_OAUTH_TOKEN=FAKE
    )
    assert done.code == 3
    assert "--default-project" in done.err
    assert not bare.config.exists()


def test_the_first_account_becomes_the_active_one_and_a_name_is_taken_once(bare: Shell) -> None:
    bare.ok(*ROBOT, MP_SECRET=FAKE)
    assert bare.ok(*TOKEN, MP_OAUTH_TOKEN=FAKE).err == "Added account bot.\n"
    assert bare.ok("session", "-f", "json").json["account"] == "robot"
    done = bare.mp(*TOKEN, MP_OAUTH_TOKEN=FAKE)
    assert (done.code, "already an account 'bot'" in done.err) == (1, True)


def test_an_update_that_changes_nothing_is_a_bad_call(shell: Shell) -> None:
    before = shell.config.read_text()
    done = shell.mp("account", "update", "ci")
    assert (done.code, shell.config.read_text()) == (3, before)
    assert "nothing to change" in done.err


def test_the_help_of_an_update_does_not_promise_to_look_for_a_secret(shell: Shell) -> None:
    told = " ".join(shell.ok("account", "update", "ci", "--help").out.split())
    assert "from stdin; on a terminal, ask." in told
    assert "MP_SECRET" not in told
