"""Help that a person can learn the tool from, and that tells the truth."""

from __future__ import annotations

import re
import shlex

import pytest

from mp_core.cli.options import GLOBAL
from tests.support.cli_commands import tree
from tests.support.shell import Shell

TREE = [words for words, _ in tree()]


def examples(text: str) -> list[str]:
    """Return the commands of the section of examples."""
    section = text.partition("Examples:\n")[2].partition("\n\n")[0]
    return [line.strip() for line in section.splitlines()]


def words(example: str) -> list[list[str]]:
    """Return the words after each `mp` of an example, without what the shell takes for itself."""
    lines = re.findall(r"(?:^|\(| )mp ([^|)>]*?)(?= <|[|)>]|$)", example)
    return [shlex.split(line) for line in lines]


@pytest.mark.parametrize("command", TREE)
def test_every_group_and_command_says_what_it_is_for_with_two_examples(
    bare: Shell, command: str
) -> None:
    done = bare.ok(*command.split(), "--help")
    assert done.err == ""
    assert done.out.startswith(f"Usage: mp {command}".rstrip())
    assert len(examples(done.out)) >= 2
    assert bare.ok("help", *command.split()).out == done.out


@pytest.mark.providers
@pytest.mark.parametrize("command", TREE)
def test_every_example_is_a_command_that_can_be_typed(bare: Shell, command: str) -> None:
    for example in examples(bare.ok(*command.split(), "--help").out):
        assert words(example), example
        for line in words(example.replace("TYPE", "service_account")):
            bare.ok(*line, "--help")


def test_the_global_options_are_explained_once_and_named_everywhere(bare: Shell) -> None:
    general = bare.ok("--help").out
    for option in GLOBAL:
        assert f"{', '.join(option.opts)}" in general
    for command in ("account", "account list", "session"):
        text = bare.ok(*command.split(), "--help").out
        assert "  -a, -p, -w, -t, -f, --no-env, --no-plugins, -q, -v\n" in text
        assert "MP_ACCOUNT" not in text


def test_without_a_command_the_help_is_shown_as_an_error(bare: Shell) -> None:
    for command in ("", "account", "target"):
        done = bare.mp(*command.split())
        assert (done.code, done.out) == (3, "")
        assert done.err == bare.ok(*command.split(), "--help").out
    assert bare.mp("account", "-f", "json").failure["code"] == "USAGE"


def test_commands_are_listed_in_the_order_of_use_with_whole_sentences(bare: Shell) -> None:
    text = bare.ok("account", "--help").out
    names = re.findall(r"^  ([a-z-]+)  ", text.partition("Commands:")[2], re.MULTILINE)
    assert names[:5] == ["list", "add", "update", "rename", "remove"]
    assert "..." not in text.partition("Commands:")[2]


def test_the_version_is_one_line(bare: Shell) -> None:
    assert re.fullmatch(r"mp \d+\.\d+\.\d+\S*\n", bare.ok("--version").out)
    assert bare.ok("account", "list", "--version").out == bare.ok("--version").out
