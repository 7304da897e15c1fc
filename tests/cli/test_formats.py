"""Every format, for names that a careless program would wrap, cut, misread or colour."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest

from mp_core.cli.output.cells import one_line
from mp_core.sandbox import Sandbox, SandboxIdentity, SandboxOrganization, SandboxProject
from mp_core.sandbox import SandboxWorkspace as View
from tests.support.cli_commands import READING, words_of
from tests.support.shell import Shell

pytestmark = pytest.mark.providers

NAMES = (
    "[prod] Ten",
    "[/x]",
    "[bold red]x[/bold red]",
    '"quoted", it\'s',
    "two\nlines\r\n",
    "tab\tbed",
    "🦊 Fox 👩‍👩‍👧 Den",
    "w" * 400,
    "o " * 200,
    "\x1b[31mred\x1b]0;title\x07",
    "\x9b31m \x85 \x7f \x00",
    "\u202egnp.exe\u2028\u2066",
    "back\\slash \\u0041",
    "=1+1;a,b",
    " ",
)
TABULAR = sorted(set(READING) - {"api", "inspect events", "session"})


@pytest.fixture
def nasty(shell: Shell) -> Iterator[Shell]:
    """A shell whose account sees a project, and in it a workspace, of each name."""
    people = SandboxOrganization(1, "[/x]")
    views = tuple(View(at, name) for at, name in enumerate(NAMES, 1))
    projects = tuple(
        SandboxProject(str(at), name, people, views) for at, name in enumerate(NAMES, 1)
    )
    robot = SandboxIdentity(
        user_id=1,
        name="\x1b[31mrobot",
        email='"\x1b[31m"@robots.example',
        username="ci.fake.robot",
        secret="fake-secret-of-ci",
        token="fake-token-of-ada",
        projects=projects,
    )
    with Sandbox(identities=[robot]) as sandbox:
        shell.env["MP_API_BASE_URL"] = sandbox.url
        yield shell


LISTS = ("project list", "-p 1 workspace list")


@pytest.mark.parametrize("line", LISTS)
def test_h42_json_holds_every_name_as_it_is_and_is_never_wrapped(nasty: Shell, line: str) -> None:
    done = nasty.ok(*line.split(), "-f", "json")
    assert [row["name"] for row in done.json] == list(NAMES)
    assert len(done.out.splitlines()) == len(json.dumps(done.json, indent=2).splitlines())


@pytest.mark.parametrize("line", LISTS)
def test_h42_json_lines_hold_one_record_each(nasty: Shell, line: str) -> None:
    rows = [json.loads(text) for text in nasty.ok(*line.split(), "-f", "jsonl").out.splitlines()]
    assert [row["name"] for row in rows] == list(NAMES)


@pytest.mark.parametrize("line", LISTS)
def test_h42_csv_holds_every_name_as_it_is(nasty: Shell, line: str) -> None:
    text = io.StringIO(nasty.ok(*line.split(), "-f", "csv").out, newline="")
    assert [row["name"] for row in csv.DictReader(text)] == list(NAMES)


@pytest.mark.parametrize("line", LISTS)
def test_h42_plain_text_has_one_line_a_record_and_tabs_between_the_columns(
    nasty: Shell, line: str
) -> None:
    rows = nasty.ok(*line.split(), "-f", "plain").out.rstrip("\n").split("\n")
    assert [row.split("\t")[1] for row in rows] == [one_line(name) for name in NAMES]


@pytest.mark.parametrize("line", LISTS)
def test_h42_a_table_in_a_pipe_has_one_line_a_record_and_cuts_nothing(
    nasty: Shell, line: str
) -> None:
    heads, *rows = nasty.ok(*line.split()).out.rstrip("\n").split("\n")
    assert heads.split()[:2] == ["ID", "NAME"]
    assert len(rows) == len(NAMES)
    for row, name in zip(rows, NAMES, strict=True):
        assert one_line(name).rstrip() in row


@pytest.mark.parametrize("line", [*LISTS, "account test", "account list", "session", "api GET /me"])
@pytest.mark.parametrize("format", ["table", "plain", "json", "jsonl"])
def test_what_a_server_says_brings_no_control_character_to_the_screen(
    nasty: Shell, line: str, format: str
) -> None:
    done = nasty.ok(*line.split(), "-f", format)
    printed = done.out.replace("\n", "").replace("\t", "") + done.err.replace("\n", "")
    assert printed == one_line(printed)


def test_what_cannot_be_encoded_is_escaped(nasty: Shell) -> None:
    for format in ("json", "csv", "plain", "table"):
        done = nasty.process(
            "project", "list", "-f", format, encoding="latin-1", PYTHONIOENCODING="latin-1"
        )
        assert (done.code, done.err) == (0, ""), format
        assert "\\ud83e\\udd8a" in done.out or "\\U0001f98a" in done.out, format


@pytest.mark.parametrize("command", READING)
@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_every_reading_command_prints_json_on_request(
    shell: Shell, command: str, format: str
) -> None:
    done = shell.ok(*words_of(command), "-f", format)
    texts = [done.out] if format == "json" else done.out.splitlines()
    assert [json.loads(text) for text in texts]
    assert done.err == ""


@pytest.mark.parametrize("command", TABULAR)
def test_csv_and_plain_text_have_the_columns_of_the_records(shell: Shell, command: str) -> None:
    words = words_of(command)
    record = shell.ok(*words, "-f", "json").json
    rows = record if isinstance(record, list) else [record]
    table = list(csv.reader(io.StringIO(shell.ok(*words, "-f", "csv").out)))
    lines = shell.ok(*words, "-f", "plain").out.rstrip("\n").split("\n")
    if command != "query segmentation":
        assert len(rows) == len(table) - 1 == len(lines)
        assert set(table[0]) <= set(rows[0])
    assert {len(line) for line in table} == {len(table[0])}
    assert command == "account token" or {line.count("\t") for line in lines} == {len(table[0]) - 1}


def test_json_of_events_is_a_list_of_names(shell: Shell) -> None:
    names = shell.ok("inspect", "events", "-f", "json").json
    assert "[prod] Deploy" in names
    assert names == sorted(names)
    assert shell.ok("inspect", "events", "-f", "plain").out.splitlines() == names
    assert shell.ok("inspect", "events").out.splitlines() == ["EVENT", *names]


def test_any_answer_has_a_form_in_every_format(shell: Shell) -> None:
    call = ("api", "get", "/events/names", "--family", "query", "--query", "limit=2")
    names = shell.ok(*call, "-f", "json").json
    assert shell.ok(*call).json == names
    assert shell.ok(*call, "-f", "csv").out.splitlines() == ["value", *names]
    views = ("api", "GET", "/projects/{project_id}/workspaces/public")
    assert shell.ok(*views, "-f", "plain").out.startswith("ok\t")


def test_dates_are_local_with_their_offset() -> None:
    from datetime import UTC, datetime

    from mp_core.cli.output.cells import cell

    noon = datetime(2024, 1, 31, 12, tzinfo=UTC)
    assert datetime.fromisoformat(cell(noon)) == noon
    assert cell(noon) == noon.astimezone().isoformat(sep=" ")
