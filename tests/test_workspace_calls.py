"""The calls of a `Workspace`: for whom, about what, and what comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

import mp_core as mp
from mp_core.sandbox import Fault, Sandbox
from mp_core.workspace import Workspace
from tests.support.sandbox_accounts import APP, FOX, TEN, WEB, Opened

WEEK = {"from_date": "2024-01-01", "to_date": "2024-01-07"}


def test_events_come_sorted_and_for_the_scope_of_the_session(
    ws: Workspace, sandbox: Sandbox
) -> None:
    names = ws.events(limit=4, **WEEK)
    assert names == sorted(names)
    assert len(names) == 4
    assert sandbox.requests[-1].query == {
        "type": "general",
        "limit": "4",
        "project_id": WEB,
        "workspace_id": "3448413",
        **WEEK,
    }


def test_a_segmentation_has_its_segments_and_their_total(ws: Workspace, sandbox: Sandbox) -> None:
    result = ws.segmentation("Purchase", on="country", where="true", **WEEK)
    assert sandbox.requests[-1].query["on"] == 'properties["country"]'
    assert result.total == sum(sum(days.values()) for days in result.segments.values())
    assert (result.event, result.unit) == ("Purchase", "day")
    assert (result.from_date, result.to_date) == tuple(WEEK.values())


def test_h10_a_workspace_is_sent_with_its_own_project_only(
    ws: Workspace, opened: Opened, sandbox: Sandbox
) -> None:
    ws.events(limit=1)
    ws.use(project=APP).events(limit=1)
    ws.use(account="ada").events(limit=1)
    ws.use(target="shop").events(limit=1)
    ws.use(target="ten").events(limit=1)
    opened(project=APP).events(limit=1)
    opened(account="ada", project=WEB).events(limit=1)
    sent = [(r.query["project_id"], r.query.get("workspace_id")) for r in sandbox.requests]
    assert sent == [
        (WEB, "3448413"),
        (APP, None),
        (FOX, None),
        (WEB, "3448414"),
        (TEN, None),
        (APP, None),
        (WEB, None),
    ]


def test_any_endpoint_is_called_with_the_ids_of_the_session(
    ws: Workspace, sandbox: Sandbox
) -> None:
    made = ws.request("post", "/projects/{project_id}/annotations", json={"text": "🦊"})
    assert made["results"]["project_id"] == int(WEB)
    seen = sandbox.requests[-1]
    assert (seen.method, dict(seen.query)) == ("POST", {})
    listed = ws.request("GET", "/projects/{project_id}/annotations", params={"page": 1})
    assert [a["text"] for a in listed["results"]] == ["🦊"]
    assert dict(sandbox.requests[-1].query) == {"page": "1"}


def test_a_query_written_in_the_path_is_sent(ws: Workspace, sandbox: Sandbox) -> None:
    ws.request("GET", "/me?a=1&b=&a=2", params={"c": 3})
    assert dict(sandbox.requests[-1].query) == {"a": "2", "b": "", "c": "3"}
    assert len(ws.request("GET", "/events/names?limit=2", family="query")) == 2
    assert sandbox.requests[-1].query["project_id"] == WEB


@pytest.mark.parametrize("path", ["/events/names?project_id=10", "/events/names"])
def test_h10_a_query_cannot_name_another_project_than_the_session(
    ws: Workspace, sandbox: Sandbox, path: str
) -> None:
    params = {} if "?" in path else {"project_id": 10}
    with pytest.raises(mp.ConfigError, match="project_id"):
        ws.request("GET", path, params=params, family="query")
    assert sandbox.requests == []


def test_a_family_there_is_not_is_refused(ws: Workspace) -> None:
    with pytest.raises(ValueError, match="app or query"):
        ws.request("GET", "/me", family="oauth")


@pytest.mark.parametrize("method", ["", "GÉT", "G T", "GET /x HTTP/1.1\r\nX-A: 1", "\ud800"])
def test_h46_a_method_that_is_none_is_refused_before_anything_is_sent(
    ws: Workspace, sandbox: Sandbox, method: str
) -> None:
    with pytest.raises(ValueError, match="method must be"):
        ws.request(method, "/me")
    assert sandbox.requests == []


@pytest.mark.parametrize(
    "path",
    ["me", "", "//evil.invalid/", "https://evil.invalid/me", "/me\n", "/\ud800", "/" * 70000],
)
def test_h46_a_path_that_is_none_is_refused_before_anything_is_sent(
    ws: Workspace, sandbox: Sandbox, path: str
) -> None:
    with pytest.raises(mp.ConfigError, match="path"):
        ws.request("GET", path)
    assert sandbox.requests == []


def test_h19_an_account_that_fails_sends_nothing_as_another(
    config: Path, opened: Opened, sandbox: Sandbox
) -> None:
    ws = opened(account="lost")
    for call in (ws.events, ws.me, ws.workspaces):
        with pytest.raises(mp.OAuthError, match="NOT_SET"):
            call()
    assert sandbox.requests == []


def test_h19_h45_a_credential_that_is_refused_is_not_followed_by_another(
    ws: Workspace, sandbox: Sandbox
) -> None:
    sandbox.rotate_secret(sandbox.identities[0])
    with pytest.raises(mp.AuthenticationError) as caught:
        ws.events()
    (seen,) = sandbox.requests
    assert seen.status == 401
    for part in ("'ci'", "type badge", "region us", "active", "config.toml [active]"):
        assert part in str(caught.value)
    assert "mp account test ci" in str(caught.value.hint)


def test_a_project_that_is_closed_to_the_account_names_both(ws: Workspace) -> None:
    with pytest.raises(mp.QueryError) as caught:
        ws.use(project=FOX).events()
    assert caught.value.status_code == 403
    for part in ("'ci'", "region us", FOX):
        assert part in str(caught.value)


def test_an_answer_that_is_no_json_is_a_typed_error(ws: Workspace, sandbox: Sandbox) -> None:
    sandbox.inject(Fault("malformed"))
    with pytest.raises(mp.APIError, match="JSON"):
        ws.events()
