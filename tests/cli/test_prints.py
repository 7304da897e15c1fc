"""A plugin that prints does not get between a program and its data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.home_files import write_config
from tests.support.provider_texts import provider_text
from tests.support.shell import Shell
from tests.support.site_directory import Site

PRINTING = """
print("Making a header.")
return f"Bearer {account.colour}"
"""
TALKATIVE = (
    provider_text("loud", ["colour: str = 'red'"], header=PRINTING)
    + """
print("Thank you for choosing loud!")


@hookimpl
def mp_validate_account(account):
    print("Validating.")
"""
)
CONFIG = '[accounts.me]\ntype = "loud"\nregion = "us"\ndefault_project = "1"\n'


@pytest.fixture
def loud(bare: Shell, tmp_path: Path) -> Shell:
    """A shell in whose environment a talkative plugin is installed."""
    Site(tmp_path).install("mp-loud", providers={"loud": TALKATIVE})
    bare.env["PYTHONPATH"] = str(tmp_path)
    write_config(bare.home, CONFIG)
    return bare


@pytest.mark.parametrize(
    "words", ["account list", "-a me session", "-a me account show", "help environment"]
)
def test_h43_what_a_plugin_prints_goes_to_stderr(loud: Shell, words: str) -> None:
    done = loud.process(*words.split(), "-f", "json")
    json.loads(done.out)
    assert "Thank you for choosing loud!\n" in done.err


def test_h43_a_token_is_all_of_stdout_and_so_is_a_help(loud: Shell) -> None:
    assert loud.process("account", "token", "me").out == "red\n"
    shown = loud.process("account", "add", "--type", "loud", "--help")
    assert shown.out.startswith("Usage:")
    assert "--colour" in shown.out
