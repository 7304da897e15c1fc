"""What the sandbox says about its people, projects and workspaces."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mp_core.sandbox import Sandbox
from tests.support.sandbox_calls import ANNOTATIONS, ME, ask, bearer, open_client, results


def default_workspace(listed: list[dict[str, Any]]) -> Any:
    """Choose as clients do: global, usual name, default, first visible, first."""
    rules = (
        lambda w: w.get("is_global"),
        lambda w: w["name"] == "All Project Data",
        lambda w: w.get("is_default"),
        lambda w: w.get("is_visible") is not False,
        lambda w: True,
    )
    return next((w["id"] for rule in rules for w in listed if rule(w)), None)


def test_me_holds_what_the_identity_sees_and_nothing_else(sandbox: Sandbox) -> None:
    for identity in sandbox.identities:
        me = results(ask(sandbox, **bearer(identity.token)))
        assert set(me["projects"]) == {p.id for p in identity.projects}
        seen = {str(w.id) for p in identity.projects for w in p.workspaces}
        assert set(me["workspaces"]) == seen
        assert {w["project_id"] for w in me["workspaces"].values()} <= {
            int(p.id) for p in identity.projects
        }


def test_me_has_every_field_that_clients_read(client: httpx.Client) -> None:
    me = results(client.get(ME))
    assert {"user_id", "user_email", "user_name", "member_list"} <= set(me)
    project = me["projects"]["10"]
    assert me["organizations"][str(project["organization_id"])]["name"] == "Acme Analytics"
    assert (project["domain"], project["timezone"]) == ("mixpanel.com", "US/Pacific")
    assert project["has_workspaces"] is True


def test_projects_overlap_but_no_two_identities_see_the_same(sandbox: Sandbox) -> None:
    views = [{p.id for p in i.projects} for i in sandbox.identities]
    for n, one in enumerate(views):
        for other in views[n + 1 :]:
            assert one & other
            assert one - other
            assert other - one


def test_nasty_names_arrive_unchanged(sandbox: Sandbox) -> None:
    projects: dict[str, str] = {}
    for identity in sandbox.identities:
        me = results(ask(sandbox, **bearer(identity.token)))
        projects |= {pid: p["name"] for pid, p in me["projects"].items()}
    assert projects["10"] == "[prod] Ten"
    assert projects["9"] == "[/x]"
    assert projects["77"] == "🦊 Fox Den"
    assert len(projects["400"]) == 400


def test_workspace_ids_are_unique_and_positive(sandbox: Sandbox) -> None:
    projects = {p.id: p for i in sandbox.identities for p in i.projects}
    ids = [w.id for p in projects.values() for w in p.workspaces]
    assert len(ids) == len(set(ids))
    assert min(ids) > 0


def test_each_rule_for_the_default_workspace_decides_in_some_project(sandbox: Sandbox) -> None:
    expected = {"3018488": 3448415, "3018489": 3448421, "10": 102, "9": 92, "77": 771}
    found = {}
    for identity in sandbox.identities:
        with open_client(sandbox, identity) as client:
            for project in identity.projects:
                path = f"/api/app/projects/{project.id}/workspaces/public"
                found[project.id] = default_workspace(results(client.get(path)))
    assert found == {**expected, "400": None}


def test_workspaces_belong_to_the_project_that_was_asked_for(client: httpx.Client) -> None:
    listed = results(client.get("/api/app/projects/10/workspaces/public"))
    assert [(w["id"], w["project_id"]) for w in listed] == [(101, 10), (102, 10)]


def test_dashboards_are_those_of_a_visible_workspace(client: httpx.Client) -> None:
    boards = results(client.get("/api/app/workspaces/101/dashboards"))
    assert {(b["workspace_id"], b["project_id"]) for b in boards} == {(101, 10)}
    assert client.get("/api/app/workspaces/91/dashboards").status_code == 403


@pytest.mark.parametrize("path", ["workspaces/public", "annotations"])
def test_a_project_of_someone_else_gets_403(client: httpx.Client, path: str) -> None:
    response = client.get(f"/api/app/projects/9/{path}")
    assert response.status_code == 403
    assert response.json()["status"] == "error"


def test_each_post_stores_one_more_annotation(client: httpx.Client) -> None:
    first = results(client.post(ANNOTATIONS, json={"description": "[/x] 🦊", "id": 99}))
    second = results(client.post(ANNOTATIONS, json={"description": "[/x] 🦊"}))
    assert first["description"] == "[/x] 🦊"
    assert len({first["id"], second["id"], 99}) == 3
    assert results(client.get(ANNOTATIONS)) == [first, second]
    assert results(client.get("/api/app/projects/3018488/annotations")) == []


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff"])
def test_an_annotation_that_is_no_json_object_gets_400(client: httpx.Client, body: bytes) -> None:
    assert client.post(ANNOTATIONS, content=body).status_code == 400
    assert results(client.get(ANNOTATIONS)) == []
