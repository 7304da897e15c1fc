"""`mp session`: who one is, and why, for people and for programs."""

from __future__ import annotations

import csv
import io
import json

import pytest

from mp_core.sandbox import Sandbox
from tests.support.shell import Shell

pytestmark = pytest.mark.providers


def test_one_glance_names_each_axis_with_its_source(shell: Shell) -> None:
    assert shell.ok("session").out == (
        "AXIS       VALUE                     FROM\n"
        "account    ci (service_account, us)  ~/.mp/config.toml [active]\n"
        "project    3018488                   default_project of account ci\n"
        "workspace                            not pinned\n"
    )
    assert shell.ok("-t", "ecom", "session").out == (
        "AXIS       VALUE                    FROM\n"
        "account    agent (oauth_token, us)  --target ecom\n"
        "project    9                        --target ecom\n"
        "workspace  92                       --target ecom\n"
    )


def test_an_explanation_shows_every_source_with_what_became_of_it(shell: Shell) -> None:
    lines = shell.ok("-p", "10", "session", "--explain", MP_PROJECT_ID="9").out.splitlines()
    assert lines[0].split() == ["AXIS", "SOURCE", "VALUE", "OUTCOME", "WHY"]
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == [
        *("AXIS", "account", "project", "workspace")
    ]
    project = [" ".join(line.split()) for line in lines[6:11]]
    assert project == [
        "project environment 9 used MP_PROJECT_ID",
        "parameter 10 shadowed --project: environment comes first (MP_PROJECT_ID)",
        "target absent not set",
        "bridge absent bridge file: not set",
        "default project 3018488 shadowed default_project of account ci: environment comes first"
        " (MP_PROJECT_ID)",
    ]


def test_the_json_form_has_a_version_and_all_candidates(shell: Shell) -> None:
    shown = shell.ok("session", "-f", "json").json
    assert list(shown) == [
        *("schema", "account", "type", "region", "project", "workspace", "headers"),
        *("sources", "candidates", "user_email", "project_name"),
    ]
    assert shown["schema"] == 1
    assert shown["sources"]["workspace"] is None
    assert shown["sources"]["account"] == {
        "source": "active",
        "origin": f"{shell.config} [active]",
    }
    assert [c["source"] for c in shown["candidates"] if c["axis"] == "account"] == [
        *("environment", "parameter", "target", "bridge", "active")
    ]
    assert {tuple(candidate) for candidate in shown["candidates"]} == {
        ("axis", "source", "value", "origin", "outcome", "reason")
    }


def test_the_explanation_has_the_same_candidates_in_every_format(shell: Shell) -> None:
    candidates = shell.ok("session", "-f", "json").json["candidates"]
    lines = shell.ok("session", "--explain", "-f", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == candidates
    rows = csv.DictReader(io.StringIO(shell.ok("session", "--explain", "-f", "csv").out))
    assert [{**row, "value": row["value"] or None} for row in rows] == candidates


def test_a_session_without_an_account_says_every_way_to_supply_one(bare: Shell) -> None:
    done = bare.mp("session")
    assert (done.code, done.out) == (1, "")
    for way in ("mp account add NAME", "export MP_USERNAME=…", "export MP_OAUTH_TOKEN=…"):
        assert way in done.err


def test_a_session_without_a_project_says_every_way_to_supply_one(shell: Shell) -> None:
    done = shell.mp("-a", "me", "session")
    assert (done.code, done.out) == (1, "")
    for way in ("mp --project ID", "mp account update me --default-project ID", "MP_PROJECT_ID"):
        assert way in done.err


def test_the_bridge_in_reach_is_shown_without_its_secrets(shell: Shell) -> None:
    assert shell.ok("session", "--bridge").out == ""
    assert shell.ok("session", "--bridge", "-f", "json").json is None
    path = shell.config.parent / "bridge.json"
    shell.ok("-a", "agent", "-p", "9", "account", "export-bridge", "--to", str(path))
    shown = shell.ok("session", "--bridge", MP_AUTH_FILE=str(path))
    assert [line.split() for line in shown.out.splitlines()[1:5]] == [
        ["account", "agent"],
        ["type", "oauth_token"],
        ["region", "us"],
        ["project", "9"],
    ]
    assert "fake-token" not in shown.out + shown.err


def test_project_and_workspace_in_force_are_shown_with_their_source(shell: Shell) -> None:
    assert shell.ok("project", "show").out == (
        "id       3018488\naccount  ci\nfrom     default_project of account ci\n"
    )
    shell.ok("project", "list")
    assert shell.ok("project", "show", "-f", "json").json["name"] == "Web Shop"
    none = shell.ok("workspace", "show")
    assert "No workspace is pinned" in none.err
    assert shell.ok("-w", "7", "workspace", "show", "-f", "json").json == {
        "id": 7,
        "project": "3018488",
        "account": "ci",
        "from": "--workspace",
    }


def test_h44_nothing_is_asked_of_a_server(shell: Shell, sandbox: Sandbox) -> None:
    for line in ("session", "session --explain", "project show", "workspace show", "account list"):
        shell.ok(*line.split())
    assert sandbox.requests == []
