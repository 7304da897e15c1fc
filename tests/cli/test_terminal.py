"""What a person sees: tables that fit, styles, prompts, and nothing that steers the terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from wcwidth import width as cells

from mp_core.sandbox import Sandbox
from tests.support.loopback_server import SilentHandler, answering
from tests.support.shell import Shell

pytestmark = pytest.mark.providers

STYLE = re.compile(r"\x1b\[[0-9;]*m")
EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m"
"""Sets a window's title, clears the screen and changes the colour."""


def shown(shell: Shell, *words: str, width: int = 80, **env: str) -> str:
    """Return what a command that succeeds shows on a terminal."""
    with shell.terminal(*words, width=width, **env) as terminal:
        assert terminal.end() == 0, terminal.screen
        return terminal.screen


def test_a_table_that_fits_has_a_line_for_each_row(shell: Shell) -> None:
    assert shown(shell, "target", "list", width=60) == (
        "NAME  ACCOUNT  PROJECT  WORKSPACE\nbare  ci       3018489\necom  agent    9        92\n"
    )


@pytest.mark.parametrize("line", ["account list", "session --explain", "-t ecom workspace list"])
@pytest.mark.parametrize("width", [60, 80, 160])
def test_no_table_is_wider_than_the_terminal(shell: Shell, line: str, width: int) -> None:
    screen = shown(shell, *line.split(), "-q", width=width)
    assert max(map(cells, screen.splitlines())) <= width, screen


def test_a_table_of_many_columns_becomes_blocks_on_a_narrow_terminal(shell: Shell) -> None:
    assert shown(shell, "account", "list", width=50).startswith(
        "NAME     agent\nTYPE     oauth_token\nREGION   us\nSTATUS   untested\nTARGETS  ecom\n\n"
        "NAME     ci\nTYPE     service_account\n"
    )


@pytest.mark.parametrize("format", ["json", "jsonl", "csv", "plain"])
def test_data_for_programs_is_the_same_on_a_terminal(shell: Shell, format: str) -> None:
    line = ("-t", "ecom", "workspace", "list", "-f", format)
    assert shown(shell, *line, width=60) == shell.ok(*line).out


def test_only_words_like_error_are_coloured_and_only_on_a_terminal(shell: Shell) -> None:
    with shell.terminal("account", "show", "nope") as terminal:
        assert terminal.end() == 4
    assert STYLE.findall(terminal.screen.partition("There is")[0])
    assert not STYLE.search(terminal.screen.partition("There is")[2])
    assert not STYLE.search(shell.process("account", "show", "nope").err)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colour_is_respected(shell: Shell, name: str, value: str) -> None:
    shell.env[name] = value
    with shell.terminal("account", "show", "nope") as terminal:
        assert terminal.end() == 4
    assert "\x1b" not in terminal.screen


class _Rude(SilentHandler):
    """Answers with an error, or with data, that would steer a terminal."""

    def do_GET(self) -> None:
        is_me = self.path.startswith("/api/app/me")
        user = {"user_id": 1, "user_email": EVIL, "projects": {"10": {"name": EVIL}}}
        self.reply(200 if is_me else 400, user if is_me else {"error": EVIL})


@pytest.fixture
def rude(shell: Shell) -> Iterator[Shell]:
    """A shell whose Mixpanel sends escape sequences wherever it can."""
    with answering(_Rude) as url:
        shell.env["MP_API_BASE_URL"] = url
        yield shell


@pytest.mark.parametrize(
    "line",
    [
        "account test",
        "account test --all",
        "project list",
        "project list -f csv",
        "project list -f json",
        "inspect events",
        "inspect events -f json",
        "api GET /me",
        "api GET /me -f csv",
        "-v api GET /me",
    ],
)
def test_nothing_that_a_server_sends_steers_the_terminal(rude: Shell, line: str) -> None:
    with rude.terminal(*line.split(), NO_COLOR="1") as terminal:
        terminal.end()
    lines = terminal.screen.replace("\x1b[?25l", "").replace("\x1b[?25h", "").split("\n")
    assert "owned" in terminal.screen
    assert all(text.replace("\r", "").isprintable() for text in lines), terminal.screen


def test_nothing_that_a_person_mistypes_steers_the_terminal(shell: Shell) -> None:
    for words in (("account", "show", EVIL), ("-a", EVIL, "session"), (EVIL,), (f"--{EVIL}",)):
        with shell.terminal(*words, NO_COLOR="1") as terminal:
            assert terminal.end() == 3
        assert all(line.isprintable() for line in terminal.screen.split("\n")), terminal.screen


def test_tests_of_all_accounts_show_a_bar_on_a_terminal_only(shell: Shell) -> None:
    with shell.terminal("account", "test", "--all") as terminal:
        assert terminal.end() == 2
    assert "Testing accounts" in terminal.screen
    for done in (shell.process("account", "test", "--all"), shell.mp("account", "test", "--all")):
        assert "Testing" not in done.err
    with shell.terminal("account", "test", "--all", "-q") as quiet:
        quiet.end()
    assert "Testing" not in quiet.screen


@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize("line", ["", "account", "account add --type service_account", "session"])
def test_help_fits_the_terminal(shell: Shell, line: str, width: int) -> None:
    screen = shown(shell, *line.split(), "--help", width=width)
    text = screen.replace("\n  mp ", "\n").partition("Examples:")[2].partition("\n\n")[2]
    assert max(map(len, text.splitlines())) <= width


def test_the_sandbox_is_not_asked_for_a_session(shell: Shell, sandbox: Sandbox) -> None:
    assert "ci (service_account, us)" in shown(shell, "session")
    assert sandbox.requests == []


@pytest.mark.usefixtures("logins")
def test_nothing_in_a_choice_of_projects_steers_the_terminal(shell: Shell) -> None:
    ada = Sandbox().identities[1]
    projects = tuple(replace(project, name=f"{EVIL} {project.id}") for project in ada.projects)
    person = replace(ada, email=f"{EVIL}@people.example", projects=projects)
    visitor = f"{sys.executable} -m mp_core.sandbox.oauth.visitor %s &"
    with Sandbox(identities=[person]) as sandbox:
        shell.env |= {"MP_API_BASE_URL": sandbox.url, "BROWSER": visitor, "NO_COLOR": "1"}
        with shell.terminal("account", "login", "me") as terminal:
            terminal.wait_for("Project: an id")
            terminal.type("77\n")
            assert terminal.end() == 0, terminal.screen
    assert "owned" in terminal.screen
    assert all(line.isprintable() for line in terminal.screen.split("\n")), terminal.screen
    assert 'default_project = "77"' in shell.config.read_text()
