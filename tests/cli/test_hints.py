"""Every command line that the core, the plugins and their documents spell is one `mp` takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from mp_core._runtime.context import Context
from mp_core._values.commands import update_command
from mp_core.cli.invocation import Invocation
from mp_core.plugin._host.discovery import installed
from mp_core.plugin._host.host import Host
from tests.support.plugin_modules import announce
from tests.support.shell import Shell
from tests.support.spelled_commands import HOLE, Line, lines_in, problems

pytestmark = pytest.mark.providers

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
VALUES = (
    *("ci", "agent", "me", "ecom", "3018488"),
    *("us", "service_account", "oauth_token", "oauth_browser"),
    *("session", "token-stdin", "secret-stdin"),
)
"""What may stand in a hole: names in the shell's home, ids, account types, commands, options."""

RIGHT = (
    "account use NAME",
    "-a ci account list --project=3018488 -f json",
    f"account update {HOLE} --token-stdin",
    f"account update {HOLE} --{HOLE}",
    f"account remove {HOLE} --force",
    f"project list{HOLE}",
    "account add NAME --type TYPE --region REGION",
    f"account add {HOLE} --type acme --region eu --ticket-stdin",
    'query segmentation "Sign Up" --from 2024-01-01 --to 2024-01-02',
    "--account NAME …",
    "account update --help",
)
WRONG = {
    "acount list": "no command 'acount'",
    "account us NAME": "no command 'us'",
    "account": "Usage: mp account",
    "-a ci": "Missing command",
    "account list NAME": "unexpected extra argument",
    "account list --al": "No such option",
    f"account update {HOLE} --password-stdin": "No such option",
    f"account update {HOLE} --{HOLE}-stdout": "No such option",
    "account update me --token-stdin": "No such option",
    "target use x y": "unexpected extra argument",
    "account add NAME --region us": "Missing option '--type'",
    "account add NAME --type TYPE": "Missing option '--region'",
    "account add NAME --type service_account --region us": "Missing option '--username'",
    "account add NAME --type nope --region us": "type 'nope'",
    "account export-bridge": "Missing option '--to'",
    f"account export-bridge --to{HOLE}": "No such option",
    "--project shop …": "'shop' is no project id",
    "workspace use": "Missing argument",
    "nope --help": "no command 'nope'",
    "account update --nope --help": "No such option",
}


def spelled() -> Iterator[Line]:
    """Yield every command line in what is shipped, and in the documents beside it."""
    shipped = [ROOT / "mp_core", *(ROOT / "plugins").glob("*/mp_*")]
    files = [file for top in shipped for file in top.rglob("*") if file.suffix in (".py", ".md")]
    for file in sorted(
        {*files, *ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("plugins/*/*.md")}
    ):
        yield from lines_in(file, str(file.relative_to(ROOT)))


def provider_of_the_readme() -> ModuleType:
    [source] = re.findall(
        r"^```python\n([^`]*mp_account_model.*?)^```$", README.read_text(), re.M | re.S
    )
    module = ModuleType("mp_acme")
    exec(compile(source, "README.md", "exec", dont_inherit=True), module.__dict__)
    return module


@pytest.fixture
def invocation(shell: Shell) -> Callable[[], Invocation]:
    """Makes runs in the shell's home, where the provider of the README is installed, too."""
    known = {**installed(), **announce("acme", provider_of_the_readme())}
    context = Context(env=shell.env, plugins=Host(shell.env, scan=lambda: known))

    def invocation() -> Invocation:
        made = Invocation(shell.env)
        made.context = context
        return made

    return invocation


def test_every_command_line_that_is_spelled_parses(
    invocation: Callable[[], Invocation],
) -> None:
    found = ((line, problems(line, VALUES, invocation)) for line in spelled())
    assert [f"{line}: {said[0]}" for line, said in found if said] == []


@pytest.mark.parametrize("text", RIGHT)
def test_a_line_that_mp_takes_passes(invocation: Callable[[], Invocation], text: str) -> None:
    assert problems(Line("here", text), VALUES, invocation) == []


@pytest.mark.parametrize(("text", "said"), WRONG.items())
def test_a_line_that_mp_refuses_fails(
    invocation: Callable[[], Invocation], text: str, said: str
) -> None:
    assert said in "\n".join(problems(Line("here", text), VALUES, invocation))


@pytest.mark.parametrize("text", ["account", "account add", "--no-env", "project use"])
def test_a_mention_may_leave_out_what_a_command_needs(
    invocation: Callable[[], Invocation], text: str
) -> None:
    assert problems(Line("here", text, is_mention=True), VALUES, invocation) == []


@pytest.mark.parametrize("text", ["acount", "account ad", "account list --al"])
def test_a_mention_of_what_is_not_there_fails(
    invocation: Callable[[], Invocation], text: str
) -> None:
    assert problems(Line("here", text, is_mention=True), VALUES, invocation)


@pytest.mark.parametrize("name", ["ci", "agent", "me"])
def test_what_gives_an_account_another_credential_fits_its_type(
    invocation: Callable[[], Invocation], name: str
) -> None:
    command = update_command(invocation().context.config().account(name))
    assert problems(Line("here", command.removeprefix("mp ")), (), invocation) == []


SOURCE = '''
"""`mp session`: a docstring about `mp`.

Examples:
  curl -H "Bearer $(mp account token me)" address
  mp login ci --secret-stdin < secret.txt
"""
hint = f"See: mp account list · or add {name}: mp account add {name}" f" --type {type}, in Python."
ways = ["mp project list. Then go on.", f"{'mp session'} or mp --account NAME …", "mp_core, 1 mp"]
more = ["mp account add x --region us|eu", "mp {no_hole}"]
'''
DOCUMENT = """
Use `mp account add` to add one; `mp --no-env` turns it off.

$ echo fake | mp account add a --type {{type}} \\
>   --region us
Added.
"""


def test_command_lines_are_found_wherever_they_are_spelled(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE)
    (tmp_path / "a.md").write_text(DOCUMENT)
    assert [line.text for line in lines_in(tmp_path / "a.py", "a")] == [
        "session",
        "account token me",
        "login ci --secret-stdin",
        "account list",
        f"account add {HOLE} --type {HOLE}",
        "project list",
        "--account NAME …",
        "session",
        "account add x --region us",
        "account add x --region eu",
    ]
    assert [(line.text, line.is_mention) for line in lines_in(tmp_path / "a.md", "a")] == [
        ("account add", True),
        ("--no-env", True),
        (f"account add a --type {HOLE}    --region us", False),
    ]


def test_hints_help_and_documents_are_among_what_is_looked_at() -> None:
    places = {line.place.partition(":")[0] for line in spelled()}
    assert "README.md" in places
    assert {"mp_core/cli/root.py", "mp_core/_resolution/notices.py"} <= places
    assert any(place.startswith("plugins/") for place in places)
