"""The routes of the app API and of the query API."""

from __future__ import annotations

import itertools
import re
from datetime import date
from http import HTTPStatus
from typing import Any

from mp_core.sandbox import numbers
from mp_core.sandbox.http.messages import HttpError, Request, Response, json_response
from mp_core.sandbox.http.routing import Route
from mp_core.sandbox.world import (
    SandboxIdentity,
    SandboxOrganization,
    SandboxProject,
    SandboxWorkspace,
)

_PROPERTY = re.compile(r'properties\["[^"]+"\]')


class Api:
    """Mixpanel's endpoints over the invented world, and the annotations added to it."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._annotations: dict[str, list[dict[str, Any]]] = {}

    def routes(self) -> tuple[Route, ...]:
        """Return the router table."""
        app, query = "/api/app", "/api/query"
        project = rf"{app}/projects/(?P<project_id>\d+)"
        return (
            Route("GET", rf"{app}/me/?", _me),
            Route("GET", rf"{project}/workspaces/public/?", _workspaces),
            Route("GET", rf"{project}/annotations/?", self._list_annotations),
            Route("POST", rf"{project}/annotations/?", self._add_annotation),
            Route("GET", rf"{app}/workspaces/(?P<workspace_id>\d+)/dashboards/?", _dashboards),
            Route("GET", rf"{query}/events/names/?", _event_names),
            Route("GET", rf"{query}/segmentation/?", _segmentation),
        )

    def _list_annotations(self, request: Request) -> Response:
        project = _project(request, request.params["project_id"])
        return _ok(self._annotations.get(project.id, []))

    def _add_annotation(self, request: Request) -> Response:
        project = _project(request, request.params["project_id"])
        body = request.json()
        if not isinstance(body, dict):
            raise _bad("An annotation is a JSON object.")
        annotation = {**body, "id": next(self._ids), "project_id": int(project.id)}
        self._annotations.setdefault(project.id, []).append(annotation)
        return _ok(annotation)


def _me(request: Request) -> Response:
    identity = _caller(request)
    projects = identity.projects
    members = [{"id": identity.user_id, "email": identity.email, "role": "admin"}]
    return _ok(
        {
            "user_id": identity.user_id,
            "user_email": identity.email,
            "user_name": identity.name,
            "organizations": {
                str(p.organization.id): _organization(p.organization) for p in projects
            },
            "projects": {p.id: _project_record(p) for p in projects},
            "workspaces": {str(w.id): _workspace(p, w) for p in projects for w in p.workspaces},
            # Clients drop the lists of members and keep what they do not know.
            "member_list": members,
            "unified_member_list": members,
            "sandbox": {"invented": True},
        }
    )


def _workspaces(request: Request) -> Response:
    project = _project(request, request.params["project_id"])
    return _ok([_workspace(project, w) for w in project.workspaces])


def _dashboards(request: Request) -> Response:
    workspace_id = int(request.params["workspace_id"])
    projects = _caller(request).projects
    owner = next((p for p in projects if any(w.id == workspace_id for w in p.workspaces)), None)
    if owner is None:
        raise HttpError(HTTPStatus.FORBIDDEN, f"No access to workspace {workspace_id}.")
    titles = ("Overview", "[prod] Health", "🦊 Fun")
    common = {"workspace_id": workspace_id, "project_id": int(owner.id)}
    records = ({"id": workspace_id * 10 + n, "title": t} for n, t in enumerate(titles))
    return _ok([record | common for record in records])


def _event_names(request: Request) -> Response:
    project, _ = _scope(request)
    _choice(request, "type", ("general", "unique", "average"), "general")
    for name in ("from_date", "to_date"):
        if name in request.query:
            _date(request, name)
    return json_response(numbers.event_names(project.id)[: _limit(request)])


def _segmentation(request: Request) -> Response:
    project, workspace = _scope(request)
    event, on = _required(request, "event"), _on(request)
    series = _series(request)
    where = request.query.get("where", "")
    question = (project.id, str(workspace.id if workspace else 0), event, on or "", where)
    values = {
        segment: {at: numbers.count(*question, segment, at) for at in series}
        for segment in numbers.segments(event, on)
    }
    data = {"series": series, "values": values}
    return json_response({"data": data, "legend_size": len(values)})


def _caller(request: Request) -> SandboxIdentity:
    if request.identity is None:
        raise HttpError(
            HTTPStatus.UNAUTHORIZED,
            "Authentication is missing or not valid.",
            headers={"WWW-Authenticate": 'Basic realm="sandbox", Bearer realm="sandbox"'},
        )
    return request.identity


def _project(request: Request, project_id: str) -> SandboxProject:
    project = _caller(request).project(project_id)
    if project is None:
        raise HttpError(HTTPStatus.FORBIDDEN, f"No access to project {project_id}.")
    return project


def _scope(request: Request) -> tuple[SandboxProject, SandboxWorkspace | None]:
    """Return the project and the workspace that a query call is about."""
    _caller(request)
    project = _project(request, _required(request, "project_id"))
    wanted = request.query.get("workspace_id")
    found = next((w for w in project.workspaces if str(w.id) == wanted), None)
    if wanted is not None and found is None:
        raise _bad(f"workspace_id {wanted!r} is no workspace of project {project.id}.")
    return project, found


def _series(request: Request) -> list[str]:
    unit = _choice(request, "unit", numbers.UNITS, "day")
    first, last = _date(request, "from_date"), _date(request, "to_date")
    if first > last:
        raise _bad("from_date is after to_date.")
    return numbers.buckets(first, last, unit)


def _on(request: Request) -> str | None:
    on = request.query.get("on")
    if on is not None and not _PROPERTY.search(on):
        raise _bad('on is an expression such as properties["country"].')
    return on


def _limit(request: Request) -> int:
    text = request.query.get("limit", "255")
    if not re.fullmatch("[0-9]{1,9}", text):
        raise _bad("limit is a number.")
    return int(text)


def _required(request: Request, name: str) -> str:
    value = request.query.get(name)
    if not value:
        raise _bad(f"{name} is missing.")
    return value


def _choice(request: Request, name: str, choices: tuple[str, ...], default: str) -> str:
    value = request.query.get(name, default)
    if value not in choices:
        raise _bad(f"{name} is one of {', '.join(choices)}.")
    return value


def _date(request: Request, name: str) -> date:
    text = _required(request, name)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _bad(f"{name} is a date such as 2024-01-31.") from None


def _organization(organization: SandboxOrganization) -> dict[str, Any]:
    return {"id": organization.id, "name": organization.name, "is_demo": True}


def _project_record(project: SandboxProject) -> dict[str, Any]:
    return {
        "name": project.name,
        "organization_id": project.organization.id,
        "timezone": project.timezone,
        "domain": project.domain,
        "has_workspaces": bool(project.workspaces),
        "is_demo": True,
    }


def _workspace(project: SandboxProject, workspace: SandboxWorkspace) -> dict[str, Any]:
    flags = {
        "is_global": workspace.is_global,
        "is_default": workspace.is_default,
        "is_visible": workspace.is_visible,
    }
    known = {name: flag for name, flag in flags.items() if flag is not None}
    return {"id": workspace.id, "name": workspace.name, "project_id": int(project.id), **known}


def _ok(results: object) -> Response:
    return json_response({"status": "ok", "results": results})


def _bad(message: str) -> HttpError:
    return HttpError(HTTPStatus.BAD_REQUEST, message)
