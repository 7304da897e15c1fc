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
from tests.support.scripted_client import ME, OK, POST, PROOF, ScriptedClient, replies, session_of


@pytest.mark.parametrize(
    ("region", "app", "query"),
    [
        ("us", "https://mixpanel.com/api/app/me", "https://mixpanel.com/api/query/x"),
        ("eu", "https://eu.mixpanel.com/api/app/me", "https://eu.mixpanel.com/api/query/x"),
        ("in", "https://in.mixpanel.com/api/app/me", "https://in.mixpanel.com/api/query/x"),
    ],
)
def test_calls_go_to_the_accounts_region(region: str, app: str, query: str) -> None:
    client = ScriptedClient(replies(OK, OK))
    client.send(ME, session_of(region=region))
    client.send(Call("GET", "/x", {}, family="query"), session_of(region=region))
    assert [str(r.url.copy_with(query=None)) for r in client.seen] == [app, query]


def test_the_credential_is_that_of_the_session() -> None:
    client = ScriptedClient(replies(OK))
    client.send()
    assert client.seen[0].headers["Authorization"] == f"Basic {PROOF}"


@pytest.mark.parametrize("kind", ["lib", "cli"])
def test_the_user_agent_names_versions_and_kind(kind: str) -> None:
    client = ScriptedClient(replies(OK), kind=kind)
    client.send()
    python = ".".join(platform.python_version_tuple()[:2])
    expected = f"mp-core/{mp.__version__} (python/{python}; {kind})"
    assert client.seen[0].headers["User-Agent"] == expected


@pytest.mark.parametrize(("family", "read"), [("app", 135.0), ("query", 500.0)])
def test_a_family_has_its_own_patience(family: Any, read: float) -> None:
    client = ScriptedClient(replies(OK))
    client.send(Call("GET", "/x", {}, family=family))
    timeout = client.seen[0].extensions["timeout"]
    assert (timeout["connect"], timeout["read"]) == (10.0, read)


def test_app_calls_carry_no_project_and_query_calls_carry_the_scope() -> None:
    client = ScriptedClient(replies(OK, OK, OK))
    pinned = session_of(workspace=WorkspaceRef(id=7))
    client.send(ME, pinned)
    client.send(Call("GET", "/x", {"a": 1, "b": None}, family="query"), pinned)
    client.send(Call("GET", "/x", {}, family="query"))
    assert [dict(r.url.params) for r in client.seen] == [
        {},
        {"a": "1", "project_id": "42", "workspace_id": "7"},
        {"project_id": "42"},
    ]


def test_the_project_is_filled_into_path_and_query() -> None:
    client = ScriptedClient(replies(OK, OK))
    client.send(Call("GET", "/x?of={project_id}", {}))
    assert dict(client.seen.pop().url.params) == {"of": "42"}
    client.send(POST)
    (request,) = client.seen
    assert request.url.path == "/api/app/projects/42/annotations"
    assert request.read() == b'{"text":"x"}' or request.read() == b'{"text": "x"}'


def test_repeated_fields_of_a_query_in_the_path_are_all_sent() -> None:
    client = ScriptedClient(replies(OK))
    client.send(Call("GET", "/me?a=1&a=2&empty=", {"b": [3, 4]}))
    query = client.seen[0].url.params
    assert query.get_list("a") == ["1", "2"]
    assert query.get_list("b") == ["3", "4"]
    assert query.get_list("empty") == [""]


@pytest.mark.parametrize("name", ["project_id", "workspace_id"])
def test_h10_a_scope_that_differs_from_the_session_is_refused(name: str) -> None:
    client = ScriptedClient(replies())
    pinned = session_of(workspace=WorkspaceRef(id=7))
    for call in (
        Call("GET", "/x", {name: 8}, family="query"),
        Call("GET", f"/x?{name}=8", {}, family="query"),
    ):
        with pytest.raises(ConfigError, match=name):
            client.send(call, pinned)
    assert client.seen == []


def test_session_headers_are_sent_and_cannot_carry_a_credential() -> None:
    client = ScriptedClient(replies(OK))
    client.send(ME, session_of(headers=Headers({"X-Team": "blue"})))
    assert client.seen[0].headers["X-Team"] == "blue"
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
    client = ScriptedClient(replies())
    with pytest.raises(ConfigError, match="path"):
        client.send(Call("GET", path, {}))
    assert client.seen == []


def test_the_configured_base_replaces_scheme_and_host() -> None:
    client = ScriptedClient(replies(OK), env={"MP_API_BASE_URL": "http://localhost:8080"})
    client.send()
    assert str(client.seen[0].url) == "http://localhost:8080/api/app/me"


def test_h46_a_base_that_is_not_safe_sends_nothing() -> None:
    client = ScriptedClient(replies(), env={"MP_API_BASE_URL": "http://mixpanel.com"})
    with pytest.raises(ConfigError, match="MP_API_BASE_URL"):
        client.send()
    assert client.seen == []


def test_an_answer_without_content_is_none() -> None:
    assert ScriptedClient(replies(httpx.Response(204))).send() is None


def test_the_client_is_the_same_one_until_it_is_closed() -> None:
    client = ScriptedClient(replies(OK))
    first = client.inner.http
    assert client.inner.http is first
    client.inner.close()
    assert first.is_closed
    assert client.inner.http is not first
    client.inner.close()
    client.inner.close()
