"""Real calls from the command line: `mp api`, `mp inspect`, `mp query`, and lists from `/me`."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from mp_core.sandbox import Sandbox
from tests.support.shell import Shell

pytestmark = pytest.mark.providers

NOTES = ("api", "POST", "/projects/{project_id}/annotations")


def test_any_request_is_sent_as_the_identity_in_force(shell: Shell, sandbox: Sandbox) -> None:
    answer = shell.ok("-a", "agent", "api", "get", "/me", "-f", "json").json
    assert answer["results"]["user_name"] == "ada"
    seen = sandbox.requests[-1]
    assert (seen.method, seen.path, seen.identity_name) == ("GET", "/api/app/me", "ada")
    assert seen.headers["user-agent"].endswith("; cli)")


def test_a_verbose_run_tells_each_request_once(shell: Shell, sandbox: Sandbox) -> None:
    line = ("-a", "agent", "inspect", "events")
    for _ in range(2):
        assert shell.ok("-v", *line).err.count("HTTP Request: GET") == 1
    assert "HTTP Request" not in shell.ok(*line).err


def test_a_body_comes_from_a_file_or_from_stdin(shell: Shell) -> None:
    Path("note.json").write_text('{"description": "🦊 from a file"}', encoding="utf-8")
    shell.ok(*NOTES, "--body", "note.json")
    shell.ok(*NOTES, "--body", "-", stdin='{"description": "from stdin"}')
    notes = shell.ok("api", "GET", NOTES[2], "-f", "json").json["results"]
    assert [note["description"] for note in notes] == ["🦊 from a file", "from stdin"]


def test_h85_a_body_loses_its_byte_order_mark(shell: Shell) -> None:
    Path("note.json").write_text('{"description": "from a file"}', encoding="utf-8-sig")
    shell.ok(*NOTES, "--body", "note.json")
    shell.ok(*NOTES, "--body", "-", stdin='\ufeff{"description": "from stdin"}')
    notes = shell.ok("api", "GET", NOTES[2], "-f", "json").json["results"]
    assert [note["description"] for note in notes] == ["from a file", "from stdin"]


def test_query_parameters_are_sent_as_often_as_they_are_given(
    shell: Shell, sandbox: Sandbox
) -> None:
    names = ("api", "GET", "/events/names", "--family", "query")
    shell.ok(
        *names, "--query", "limit=3", "--query", "type=general", "--query", "project_id=3018488"
    )
    assert sandbox.requests[-1].query["limit"] == "3"
    done = shell.ok("-v", *names, "--query", "x=1", "--query", "x=2=3")
    assert "x=1&x=2%3D3" in done.err
    clash = shell.mp(*names, "--query", "project_id=10")
    assert (clash.code, "differs from the session's" in clash.err) == (1, True)


def test_ids_in_a_path_are_filled_in_from_the_session(shell: Shell, sandbox: Sandbox) -> None:
    shell.ok("-t", "ecom", "api", "GET", "/workspaces/{workspace_id}/dashboards")
    assert sandbox.requests[-1].path == "/api/app/workspaces/92/dashboards"
    shell.ok("api", "GET", "/workspaces/{workspace_id}/dashboards")
    assert sandbox.requests[-1].path == "/api/app/workspaces/3448415/dashboards"


def test_events_can_be_limited_and_dated(shell: Shell, sandbox: Sandbox) -> None:
    done = shell.ok("inspect", "events", "--limit", "2", "--from", "2024-01-01", "--to", "20240131")
    assert len(done.out.splitlines()) == 3
    query = sandbox.requests[-1].query
    assert (query["from_date"], query["to_date"]) == ("2024-01-01", "2024-01-31")


def test_a_segmentation_has_a_row_for_each_segment_and_day(shell: Shell) -> None:
    words = ("query", "segmentation", "Sign Up", "--from", "2024-01-01", "--to", "2024-01-02")
    whole = shell.ok(*words, "--on", "country", "-f", "json").json
    text = shell.ok(*words, "--on", "country", "-f", "csv").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["segment"] for row in rows} == whole["segments"].keys()
    assert sum(int(row["count"]) for row in rows) == whole["total"]
    for row in rows:
        assert whole["segments"][row["segment"]][row["date"]] == int(row["count"])


def test_lists_mark_what_is_in_use(shell: Shell) -> None:
    assert shell.ok("-a", "agent", "-p", "9", "project", "list").out.splitlines()[:3] == [
        "ID       NAME        ORGANIZATION  TIMEZONE      IN USE",
        "9        [/x]        1002          US/Pacific    yes",
        "10       [prod] Ten  1001          US/Pacific",
    ]
    marks = shell.ok("-w", "3448414", "workspace", "list", "-f", "json").json
    assert [view["id"] for view in marks if view["in_use"]] == [3448414]
    assert [view["id"] for view in marks if view["is_default"]] == [3448413]


def test_projects_come_from_the_cache_unless_they_are_refreshed(
    shell: Shell, sandbox: Sandbox
) -> None:
    for line in ("project list", "project list", "-p 10 project list"):
        shell.ok(*line.split())
    assert len(sandbox.requests) == 1
    shell.ok("project", "list", "--refresh")
    assert len(sandbox.requests) == 2


def test_projects_are_listed_for_an_account_without_a_project(shell: Shell) -> None:
    shell.config.write_text(shell.config.read_text().replace('default_project = "3018488"\n', ""))
    assert "IN USE" not in shell.ok("project", "list").out
    assert "3018488" in shell.ok("project", "list").out


def test_a_verbose_command_says_what_it_uses_and_what_it_asks(
    shell: Shell, sandbox: Sandbox
) -> None:
    done = shell.ok("-t", "ecom", "-v", "inspect", "events")
    assert done.err.splitlines()[:3] == [
        "account: agent (--target ecom)",
        "project: 9 (--target ecom)",
        "workspace: 92 (--target ecom)",
    ]
    assert f"GET {sandbox.url}/api/query/events/names?" in done.err
    assert "200 OK" in done.err
    assert shell.ok("inspect", "events").err == ""
    assert shell.ok("-q", "-v", "inspect", "events").err == ""


def test_tests_of_all_accounts_have_a_row_each(shell: Shell) -> None:
    done = shell.mp("account", "test", "--all")
    assert done.code == 2
    assert done.out == (
        "ACCOUNT  WORKS  USER                PROJECTS\n"
        "agent    yes    ada@people.example  4\n"
        "ci       yes    ci@robots.example   3\n"
        "me       no\n"
    )
    assert done.err.startswith("Error: me: Account 'me' is not logged in.")
    rows = shell.mp("account", "test", "--all", "-f", "json").json
    assert [row["ok"] for row in rows] == [True, True, False]


def test_an_account_that_is_removed_leaves_word_of_what_it_was(shell: Shell) -> None:
    refused = shell.mp("account", "remove", "agent")
    assert (refused.code, "used by the targets ecom" in refused.err) == (1, True)
    assert shell.ok("account", "remove", "agent", "--force").err == (
        "Removed account agent. These targets now lead nowhere: ecom.\n"
    )
    done = shell.ok("account", "remove", "ci", "--force")
    assert done.err.endswith("No account is active now: mp account use NAME\n")
    assert shell.mp("session").code == 1
