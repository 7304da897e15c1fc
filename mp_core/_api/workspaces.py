"""The workspaces of a project, which of them is its default, and what was looked up of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from mp_core._api.client import Call, Send
from mp_core._api.decoding import plain, records_by_id
from mp_core._api.me import MeWorkspace
from mp_core._api.me_lookup import MeLookup
from mp_core._api.responses import unexpected
from mp_core._values.session import WorkspaceRef
from mp_core.errors import WorkspaceScopeError

_GLOBAL_NAME: Final = "All Project Data"
_PREFERENCES: Final[Sequence[Callable[[MeWorkspace], bool]]] = (
    lambda workspace: workspace.is_global is True,
    lambda workspace: workspace.name == _GLOBAL_NAME,
    lambda workspace: workspace.is_default is True,
    lambda workspace: workspace.is_visible is not False,
    lambda workspace: True,
)


class WorkspaceLookup:
    """The workspaces that were looked up as one account, by project.

    They are forgotten when somebody else logs in as it.
    """

    def __init__(self, me: MeLookup) -> None:
        """Take what tells one credential of the account from another; it outlives this object."""
        self._me = me
        self._owner: str | None = None
        self._entries: dict[str, list[MeWorkspace]] = {}

    def get(self, send: Send, project: str, *, refresh: bool) -> list[WorkspaceRef]:
        """Return the workspaces of a project."""
        entries = self._looked_up(send, project, refresh=refresh)
        return [reference(entry, project) for entry in entries]

    def default(self, send: Send, project: str) -> WorkspaceRef:
        """Return a project's default workspace.

        Raises:
            WorkspaceScopeError: The project has none.
        """
        return default_workspace(self._looked_up(send, project), project)

    def _looked_up(self, send: Send, project: str, *, refresh: bool = False) -> list[MeWorkspace]:
        known = self._own()
        if refresh or project not in known:
            known[project] = workspace_entries(send(workspaces_call(project)))
        return known[project]

    def _own(self) -> dict[str, list[MeWorkspace]]:
        """Return what the present credential has looked up."""
        owner = self._me.fingerprint()
        if owner != self._owner:
            self._owner, self._entries = owner, {}
        return self._entries


def workspaces_call(project: str) -> Call:
    """Return the call for a project's workspaces."""
    return Call("GET", f"/projects/{project}/workspaces/public", {})


def workspace_entries(answer: Any) -> list[MeWorkspace]:
    """Return the workspaces of an answer; those without a usable id are left out.

    Raises:
        APIError: It is not a list of workspaces.
    """
    results = answer.get("results", "") if isinstance(answer, dict) else answer or ""
    if not isinstance(results, list | dict | None):
        raise unexpected("workspaces")
    records = records_by_id(plain(results)).items()
    entries = [MeWorkspace.model_validate({"id": key, **record}) for key, record in records]
    return [entry for entry in entries if entry.id is not None and entry.id > 0]


def default_workspace(entries: Sequence[MeWorkspace], project: str) -> WorkspaceRef:
    """Return a project's default workspace.

    The first match of: global, named "All Project Data", default, not invisible, any.

    Raises:
        WorkspaceScopeError: The project has no workspace.
    """
    for is_preferred in _PREFERENCES:
        for entry in entries:
            if is_preferred(entry):
                return reference(entry, project)
    raise WorkspaceScopeError(
        f"Project {project} has no workspace that this account can see.",
        hint="See what there is: mp workspace list · then name one: --workspace ID",
        details={"project": project},
    )


def reference(entry: MeWorkspace, project: str) -> WorkspaceRef:
    """Return a workspace of a project as a reference."""
    assert entry.id is not None  # `workspace_entries` leaves the others out.
    return WorkspaceRef(
        id=entry.id, name=entry.name, is_default=entry.is_default, project_id=project
    )
