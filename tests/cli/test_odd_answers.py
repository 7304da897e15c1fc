"""H88: an answer that is odd costs nothing but its odd part, wherever it is shown or kept."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core._api.decoding import json_in, plain
from mp_core._api.me import Me
from mp_core._api.workspaces import workspace_entries
from mp_core.cli.output.streams import Output
from tests.support.home_files import write_config
from tests.support.loopback_server import SilentHandler, answering
from tests.support.shell import Shell

LONG = "9" * 5000
EMPTY: tuple[Any, ...] = ([], {}, None, 4, "text", [1, None], {"10": None})
SEEN = '"projects": {"10": {"name": "Ten"}}'
FORMATS = ("table", "json", "jsonl", "csv", "plain")
COMMANDS = (
    "account test",
    "account list",
    "account show",
    "project list --refresh",
    "project show",
    "workspace list",
    "session",
)
BODIES = {
    "null": '{"user_id": 1, "organizations": null, "projects": null, "workspaces": null}',
    "lists": '{"user_id": 1, "organizations": [], "projects": [], "workspaces": []}',
    "a list of records": '{"user_id": 1, "projects": [{"id": 10, "name": "Ten"}, null, 3, "x"]}',
    "odd records": '{"user_id": 1, "projects": {"10": {"name": 5, "timezone": []}, "9": 7}}',
    "half a character": '{"user_id": 1, "projects": {"10": {"name": "cut\\ud83d"}},'
    ' "user_email": "\\udc00@people.example"}',
    "a long id": f'{{"user_id": {LONG}, "projects": {{"{LONG}": {{}}, "10": {{}}}}}}',
    "long numbers": f'{{"user_id": 1, {SEEN}, "n": {LONG}, "workspaces": [{{"id": {LONG}}}]}}',
    "fractions": '{"user_id": 1.0, "projects": [{"id": 10.0, "organization_id": 2.5}]}',
    "no numbers": f'{{"user_id": 1, {SEEN}, "a": NaN, "b": [Infinity, -Infinity, 1e999]}}',
    "depth": f'{{"user_id": 1, {SEEN}, "deep": {"[" * 300}{"]" * 300}}}',
    "keys twice": f'{{"user_id": 2, "user_id": 1, {SEEN}, {SEEN}}}',
}
CONFIG = """\
[active]
account = "agent"

[accounts.agent]
type = "oauth_token"
region = "us"
default_project = "10"
token_env = "AGENT_TOKEN"
"""


class _Odd(SilentHandler):
    """Answers every request with the same bytes, but for a list of workspaces."""

    body = b""

    def do_GET(self) -> None:
        is_me = self.path.startswith("/api/app/me")
        self.reply_bytes(200, self.body if is_me else b'{"results": null}')


@pytest.fixture
def odd(bare: Shell) -> Iterator[Shell]:
    """A shell whose only account is at a Mixpanel that answers oddly."""
    write_config(bare.home, CONFIG)
    with answering(_Odd) as url:
        bare.env |= {"MP_API_BASE_URL": url, "AGENT_TOKEN": "fake-token"}
        yield bare


@pytest.mark.providers
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_h88_every_command_works_whatever_is_odd_in_me(odd: Shell, body: str) -> None:
    _Odd.body = body.encode()
    for format in FORMATS:
        for command in COMMANDS:
            done = odd.mp(*command.split(), "-f", format)
            assert done.code == 0, (command, format, done)
            done.out.encode()
    assert (odd.home / ".mp" / "accounts" / "agent" / "me.json").read_text("utf-8")


@pytest.mark.providers
@pytest.mark.parametrize("who", ["null", "0", '""', "true", "{}", "[1]", "1.5", '"\\ud83d"'])
def test_h88_an_answer_without_a_whole_user_id_proves_nothing(odd: Shell, who: str) -> None:
    _Odd.body = f'{{"user_id": {who}, {SEEN}}}'.encode()
    done = odd.mp("account", "test", "-f", "json")
    assert (done.code, done.json["error_code"]) == (2, "NO_PROOF")


@pytest.mark.providers
def test_h88_an_answer_that_nobody_can_read_is_our_error(odd: Shell) -> None:
    for body in (b"[" * 100_000, b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", b"\xff\xfe{"):
        _Odd.body = body
        done = odd.mp("project", "list", "--refresh", "-f", "json")
        assert (done.code, done.failure["code"] in ("API_ERROR", "TOO_DEEP", "NOT_MIXPANEL")) == (
            1,
            True,
        ), done.err
        assert odd.ok("session").code == 0


@pytest.mark.providers
@pytest.mark.parametrize(
    "text",
    ["null", "[]", '{"me": null}', "NaN", "[" * 100_000, '"\\ud83d"', f'{{"me": {LONG}}}', "\x00"],
)
def test_h88_an_odd_cache_of_another_version_is_no_obstacle(odd: Shell, text: str) -> None:
    _Odd.body = f'{{"user_id": 1, {SEEN}}}'.encode()
    odd.ok("account", "test")
    path = odd.home / ".mp" / "accounts" / "agent" / "me.json"
    path.write_text(text)
    for command in COMMANDS:
        odd.ok(*command.split())


@pytest.mark.providers
def test_h88_odd_records_in_the_cache_cost_nothing_but_themselves(odd: Shell) -> None:
    _Odd.body = f'{{"user_id": 1, {SEEN}}}'.encode()
    odd.ok("account", "test")
    path = odd.home / ".mp" / "accounts" / "agent" / "me.json"
    record = json.loads(path.read_text())
    record["me"] |= {"projects": {"10": {"name": ["Ten"]}, "9": None}, "organizations": None}
    path.write_text(json.dumps(record))
    _Odd.body = b"no JSON"
    assert [row["id"] for row in odd.ok("project", "list", "-f", "json").json] == ["10"]


@pytest.mark.parametrize("nothing", EMPTY, ids=str)
@pytest.mark.parametrize("key", ["organizations", "projects", "workspaces"])
def test_h88_a_collection_that_is_none_is_empty(key: str, nothing: Any) -> None:
    me = Me.from_answer({"user_id": 1, key: nothing})
    assert (me.user is not None, getattr(me, key)) == (True, {})


@pytest.mark.parametrize("nothing", EMPTY[:3], ids=str)
def test_h88_no_workspaces_are_none(nothing: Any) -> None:
    assert workspace_entries({"results": nothing}) == []


def test_h88_what_is_odd_among_workspaces_is_left_out() -> None:
    found = [None, 3, {"id": 10**30}, {"id": "4", "name": "cut\ud83d"}, {"id": 5.0, "name": 5}]
    entries = workspace_entries({"results": found})
    assert [(entry.id, entry.name) for entry in entries] == [(4, "cut\ufffd"), (5, "5")]


def test_h88_a_number_that_python_does_not_read_is_a_text() -> None:
    assert json_in(f'{{"id": {LONG}, "n": 12, "m": -{LONG}}}'.encode()) == {
        "id": LONG,
        "n": 12,
        "m": f"-{LONG}",
    }
    assert json_in(b'{"name": "caf\xe9"}') == {"name": "caf\ufffd"}


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=20,
)
KEYS = st.sampled_from(["user_id", "user_email", "projects", "organizations", "workspaces", "id"])


@given(st.dictionaries(KEYS | st.text(), VALUES))
def test_h88_any_mapping_is_an_answer_that_can_be_kept_and_read_again(body: Any) -> None:
    me = Me.from_answer({"results": body})
    assert Me.model_validate_json(me.model_dump_json()) == me
    assert all(project.id.isdecimal() for project in me.project_list())
    json.dumps(plain(body), allow_nan=False).encode()


def test_h88_what_lies_deep_is_none() -> None:
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    assert Me.from_answer({"deep": deep}).model_dump_json().count("[") == 63


def test_h88_ids_of_any_length_come_in_numeric_order() -> None:
    ids = ["10", "9", LONG, "8" * 5000]
    me = Me.from_answer({"projects": {each: {} for each in ids}})
    assert [project.id for project in me.project_list()] == ["9", "10", "8" * 5000, LONG]


def test_h88_half_a_character_is_escaped_where_values_are_printed_as_they_are() -> None:
    with io.TextIOWrapper(io.BytesIO(), "utf-8") as stdout:
        Output("csv", stdout=stdout).rows([{"name": "cut\ud83d"}], ["name"])
        assert stdout.buffer.getvalue() == b"name\ncut\\ud83d\n"
