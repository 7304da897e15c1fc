"""The transport: what is sent, and where."""

from __future__ import annotations

import platform
from typing import Any

import httpx
import pytest

import mp_core as mp
from mp_core._api.client import Call
from mp_core._values.headers import Headers
from mp_core._values.session import WorkspaceRef
from mp_core.errors import ConfigError
from tests.support.function_server import ME, OK, POST, PROOF, Line, replies, session_of


@pytest.mark.parametrize(
    ("region", "app", "query"),
    [
        ("us", "https://mixpanel.com/api/app/me", "https://mixpanel.com/api/query/x"),
        ("eu", "https://eu.mixpanel.com/api/app/me", "https://eu.mixpanel.com/api/query/x"),
        ("in", "https://in.mixpanel.com/api/app/me", "https://in.mixpanel.com/api/query/x"),
    ],
)
def test_calls_go_to_the_accounts_region(region: str, app: str, query: str) -> None:
    line = Line(replies(OK, OK))
    line.send(ME, session_of(region=region))
    line.send(Call("GET", "/x", {}, family="query"), session_of(region=region))
    assert [str(r.url.copy_with(query=None)) for r in line.seen] == [app, query]


def test_the_credential_is_that_of_the_session() -> None:
    line = Line(replies(OK))
    line.send()
    assert line.seen[0].headers["Authorization"] == f"Basic {PROOF}"


@pytest.mark.parametrize("kind", ["lib", "cli"])
def test_the_user_agent_names_versions_and_kind(kind: str) -> None:
    line = Line(replies(OK), kind=kind)
    line.send()
    python = ".".join(platform.python_version_tuple()[:2])
    expected = f"mp-core/{mp.__version__} (python/{python}; {kind})"
    assert line.seen[0].headers["User-Agent"] == expected


@pytest.mark.parametrize(("family", "read"), [("app", 135.0), ("query", 500.0)])
def test_a_family_has_its_own_patience(family: Any, read: float) -> None:
    line = Line(replies(OK))
    line.send(Call("GET", "/x", {}, family=family))
    timeout = line.seen[0].extensions["timeout"]
    assert (timeout["connect"], timeout["read"]) == (10.0, read)


def test_app_calls_carry_no_project_and_query_calls_carry_the_scope() -> None:
    line = Line(replies(OK, OK, OK))
    pinned = session_of(workspace=WorkspaceRef(id=7))
    line.send(ME, pinned)
    line.send(Call("GET", "/x", {"a": 1, "b": None}, family="query"), pinned)
    line.send(Call("GET", "/x", {}, family="query"))
    assert [dict(r.url.params) for r in line.seen] == [
        {},
        {"a": "1", "project_id": "42", "workspace_id": "7"},
        {"project_id": "42"},
    ]


def test_the_project_is_filled_into_path_and_query() -> None:
    line = Line(replies(OK, OK))
    line.send(Call("GET", "/x?of={project_id}", {}))
    assert dict(line.seen.pop().url.params) == {"of": "42"}
    line.send(POST)
    (request,) = line.seen
    assert request.url.path == "/api/app/projects/42/annotations"
    assert request.read() == b'{"text":"x"}' or request.read() == b'{"text": "x"}'


def test_repeated_fields_of_a_query_in_the_path_are_all_sent() -> None:
    line = Line(replies(OK))
    line.send(Call("GET", "/me?a=1&a=2&empty=", {"b": [3, 4]}))
    query = line.seen[0].url.params
    assert query.get_list("a") == ["1", "2"]
    assert query.get_list("b") == ["3", "4"]
    assert query.get_list("empty") == [""]


@pytest.mark.parametrize("name", ["project_id", "workspace_id"])
def test_h10_a_scope_that_differs_from_the_session_is_refused(name: str) -> None:
    line = Line(replies())
    pinned = session_of(workspace=WorkspaceRef(id=7))
    for call in (
        Call("GET", "/x", {name: 8}, family="query"),
        Call("GET", f"/x?{name}=8", {}, family="query"),
    ):
        with pytest.raises(ConfigError, match=name):
            line.send(call, pinned)
    assert line.seen == []


def test_session_headers_are_sent_and_cannot_carry_a_credential() -> None:
    line = Line(replies(OK))
    line.send(ME, session_of(headers=Headers({"X-Team": "blue"})))
    assert line.seen[0].headers["X-Team"] == "blue"
    with pytest.raises(ValueError, match="may not be set"):
        session_of(headers={"authorization": "Basic x"})


@pytest.mark.parametrize(
    "path",
    [
        *("me", "", "//evil.invalid", "http://evil.invalid/", "@evil.invalid/", "/me#part"),
        *("/..", "/../../oauth/token/", "/a/./b", "/%2e%2E/x", "/a\\..\\b", "/me\r\nX-A: 1"),
    ],
)
def test_h46_a_path_cannot_lead_to_another_host_or_up_to_another_api(path: str) -> None:
    line = Line(replies())
    with pytest.raises(ConfigError, match="path"):
        line.send(Call("GET", path, {}))
    assert line.seen == []


def test_the_configured_base_replaces_scheme_and_host() -> None:
    line = Line(replies(OK), env={"MP_API_BASE_URL": "http://localhost:8080"})
    line.send()
    assert str(line.seen[0].url) == "http://localhost:8080/api/app/me"


def test_h46_a_base_that_is_not_safe_sends_nothing() -> None:
    line = Line(replies(), env={"MP_API_BASE_URL": "http://mixpanel.com"})
    with pytest.raises(ConfigError, match="MP_API_BASE_URL"):
        line.send()
    assert line.seen == []


def test_an_answer_without_content_is_none() -> None:
    assert Line(replies(httpx.Response(204))).send() is None


def test_the_client_is_the_same_one_until_it_is_closed() -> None:
    line = Line(replies(OK))
    first = line.client.http
    assert line.client.http is first
    line.client.close()
    assert first.is_closed
    assert line.client.http is not first
    line.client.close()
    line.client.close()
