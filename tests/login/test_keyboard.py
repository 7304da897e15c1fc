"""H90: what is typed or pasted at a terminal is taken whole, or refused, however long it is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.home_files import tables_in
from tests.support.shell import MP
from tests.support.terminal import Terminal

pytestmark = pytest.mark.providers

ADD = ("account", "add", "ci", "--type", "service_account", "--region", "us", "-p", "10")
ASKED = "Secret of the service account: "
ASKING = """
import sys
from mp_core._login.terminal import process_terminal
ask = process_terminal({}).ask
try:
    line = ask("Paste:")
    print(len(line), repr(line[-20:]), file=sys.stderr)
except EOFError:
    print("over", file=sys.stderr)
"""


def adding(home: Path) -> Terminal:
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "xterm", "LANG": "C.UTF-8"}
    return Terminal((*MP, *ADD, "--username", "ci.fake.robot"), env, 80)


def asking() -> Terminal:
    return Terminal((sys.executable, "-c", ASKING), dict(os.environ), 80)


def stored(home: Path) -> str:
    found: str = tables_in(home / ".mp" / "config.toml")["accounts"]["ci"]["secret"]
    return found


@pytest.mark.parametrize("length", [8, 1023, 1024, 4094, 4095, 4096, 5003, 100_000])
def test_h90_a_secret_of_any_length_is_stored_whole(home: Path, length: int) -> None:
    secret = ("0123456789" * length)[:length]
    with adding(home) as terminal:
        terminal.wait_for(ASKED)
        terminal.type(secret + "\n")
        assert terminal.end() == 0, terminal.screen
    assert stored(home) == secret
    assert "0123" not in terminal.screen


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\x1b[200~fake-secret\x1b[201~\n", "fake-secret"),
        ("\x1b[200~fake-secret\r\x1b[201~\n", "fake-secret"),
        ("fake-secret\r\n", "fake-secret"),
        ("wrong\x15fake-sex\x7fcret\n", "fake-secret"),
        ("fake-secr\u00e9\x7fet\n", "fake-secret"),
        (" fake \n", " fake "),
        ("fake-secret\x04", "fake-secret"),
    ],
    ids=ascii,
)
def test_h90_a_secret_is_edited_and_pasted_as_at_any_prompt(
    home: Path, typed: str, kept: str
) -> None:
    with adding(home) as terminal:
        terminal.wait_for(ASKED)
        terminal.type(typed)
        assert terminal.end() == 0, terminal.screen
    assert stored(home) == kept


@pytest.mark.parametrize(
    "typed", ["fake\nsecret\n", "\x1b[200~fake\nsecret\x1b[201~\n", "fa\x1b[Dke\n", "fa\tke\n"]
)
def test_h90_h89_a_paste_of_several_lines_and_keys_that_are_no_text_are_refused(
    home: Path, typed: str
) -> None:
    with adding(home) as terminal:
        terminal.wait_for(ASKED)
        terminal.type(typed)
        assert terminal.end() == 3, terminal.screen
    assert "control character" in terminal.screen
    assert "fa" not in terminal.screen.replace("fake.robot", "")
    assert not (home / ".mp" / "config.toml").exists()


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x04", 130), ("\n", 3)])
def test_h90_the_terminal_is_as_before_however_the_question_ends(
    home: Path, key: str, code: int
) -> None:
    with adding(home) as terminal:
        terminal.wait_for(ASKED)
        assert not terminal.is_edited
        terminal.type(key)
        assert terminal.end() == code, terminal.screen
        assert terminal.is_edited
    assert "Traceback" not in terminal.screen


def test_h90_an_address_of_any_length_is_read_whole() -> None:
    address = "http://localhost/callback?code=" + "0123456789" * 500 + "&state=end-of-it"
    with asking() as terminal:
        terminal.wait_for("Paste: ")
        terminal.type(address + "\n")
        assert terminal.end() == 0
    assert f"{len(address)} '{address[-20:]}'" in terminal.screen
    assert "callback?code=" in terminal.screen


def test_h90_what_is_typed_at_a_question_is_shown_and_edited() -> None:
    with asking() as terminal:
        terminal.wait_for("Paste: ")
        terminal.type("77")
        terminal.wait_for("77")
        terminal.type("\x7f8\n")
        assert terminal.end() == 0
    assert "2 '78'" in terminal.screen
    assert "\b \b8" in terminal.screen


def test_h90_the_end_of_the_input_is_no_answer() -> None:
    with asking() as terminal:
        terminal.wait_for("Paste: ")
        terminal.type("\x04")
        assert terminal.end() == 0
    assert "over" in terminal.screen
