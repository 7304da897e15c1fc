"""`Workspace`: a session that calls Mixpanel, and switches in one line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from mp_core._api import queries
from mp_core._api.caller import Caller
from mp_core._api.client import Call, MixpanelClient
from mp_core._api.me import Me
from mp_core._api.me_lookup import MeLookups
from mp_core._api.queries import SegmentationResult
from mp_core._api.workspaces import WorkspaceLookup
from mp_core._config.edit import persist_session
from mp_core._network.endpoints import Family
from mp_core._public import exported_from
from mp_core._resolution.admission import begun
from mp_core._resolution.record import Resolution
from mp_core._resolution.switch import switched
from mp_core._runtime.context import Context
from mp_core._sealed import sealed_face
from mp_core._values.selection import NOTHING, Selection, selected
from mp_core._values.session import Project, Session, WorkspaceRef, is_same
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account

if TYPE_CHECKING:
    import httpx


_USE_ORIGINS = {name: f"use() {name}=" for name in ("account", "project", "workspace", "target")}


class _State(NamedTuple):
    """Everything that changes with a switch, replaced by one assignment."""

    resolution: Resolution
    caller: Caller

    @property
    def session(self) -> Session:
        return self.resolution.session


@exported_from("mp_core")
@sealed_face
class Workspace:
    """One account, project and workspace at a time, and the calls as them.

    Without arguments the environment decides, then the configuration; see `explain()`. Nothing is
    requested until the first call. Every call raises what `request` does. A copy, and what a pickle
    yields elsewhere, has the session alone, in the surroundings of the process where it is made.

    Args:
        account: Name of an account.
        project: Id of a project.
        workspace: Id of a workspace.
        target: Name of a target, in place of the three.
        session: A session to use as it is, without resolution.

    Raises:
        ConfigError: No account or project can be determined, a value is malformed, or refused.
        ValueError: A target or a session was given beside another axis.
    """

    def __init__(
        self,
        *,
        account: str | None = None,
        project: str | int | None = None,
        workspace: int | None = None,
        target: str | None = None,
        session: Session | None = None,
    ) -> None:
        asked = selected(account, project, workspace, target)
        if session is not None and asked != NOTHING:
            raise ValueError("session excludes account, project, workspace and target")
        self._begin(Context(), asked, session)

    @classmethod
    def within(
        cls, context: Context, asked: Selection = NOTHING, *, session: Session | None = None
    ) -> Self:
        """Return a workspace in other surroundings than those of the process."""
        self = cls.__new__(cls)
        self._begin(context, asked, session)
        return self

    def _begin(self, context: Context, asked: Selection, session: Session | None) -> None:
        self._context = context
        self._client = MixpanelClient(context)
        self._lookups = MeLookups(context)
        self._state = self._begun(*begun(context, asked, session))

    def __getstate__(self) -> Session:
        """Return what a copy or a pickle holds."""
        return self.session

    def __setstate__(self, session: Session) -> None:
        """Begin with the session, in the surroundings of this process."""
        self._begin(Context(), NOTHING, session)

    def __enter__(self) -> Self:
        """Return the workspace."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def __repr__(self) -> str:
        axes = self.account.name, self.session.project_id, self.session.workspace_id
        return "Workspace(account={!r}, project={!r}, workspace={!r})".format(*axes)

    def close(self) -> None:
        """Close the connections; a later call opens new ones.

        What other threads wait for with this workspace, a pause or an answer, ends with an
        `APIError` (code `CLOSED`).
        """
        self._client.close()

    @property
    def session(self) -> Session:
        """The session in force: a snapshot that no later switch changes."""
        return self._state.session

    @property
    def account(self) -> Account:
        """The account in force."""
        return self._state.session.account

    @property
    def project(self) -> Project:
        """The project in force."""
        return self._state.session.project

    @property
    def workspace(self) -> WorkspaceRef | None:
        """The workspace that is pinned, or None."""
        return self._state.session.workspace

    @property
    def http(self) -> httpx.Client:
        """The HTTP client under all calls; it survives every switch."""
        return self._client.http

    def explain(self) -> Resolution:
        """Return where every axis of the session comes from, and what else was considered."""
        return self._state.resolution

    def use(
        self,
        *,
        account: str | None = None,
        project: str | int | None = None,
        workspace: int | None = None,
        target: str | None = None,
        persist: bool = False,
    ) -> Self:
        """Switch axes, all or none, and return the workspace itself.

        `account` brings its own project and drops the workspace; `project` drops the workspace;
        `target` sets all three. No request is sent, except that a stale token may be refreshed.

        Args:
            account: Name of an account.
            project: Id of a project.
            workspace: Id of a workspace.
            target: Name of a target, in place of the three.
            persist: Also make it the default: `[active]` and the account's default project.

        Raises:
            ConfigError: An axis cannot be resolved, or `persist` cannot be done.
            OAuthError: The account's credential cannot be had.
            ValueError: A target was given beside another axis.
        """
        state = self._state
        asked = selected(account, project, workspace, target, origins=_USE_ORIGINS)
        resolution, host = switched(self._context, state.resolution, asked, state.caller.host)
        if persist:
            with self._context.transaction() as edit:
                persist_session(edit, resolution.session)
        self._state = self._following(state, resolution, host)
        return self

    def _following(self, state: _State, resolution: Resolution, host: Host) -> _State:
        caller, session = state.caller, resolution.session
        if is_same(session.account, caller.session.account):
            return _State(resolution, caller.within(session))
        return self._begun(resolution, host)

    def _begun(self, resolution: Resolution, host: Host) -> _State:
        session, source = resolution.session, resolution.account
        me, origin = self._lookups.of(session.account), f"{source.source}: {source.origin}"
        caller = Caller(self._client, session, origin, me, WorkspaceLookup(me), host)
        return _State(resolution, caller)

    def me(self, refresh: bool = False) -> Me:
        """Return who the account is and what it may see, asked at most once a day."""
        return self._state.caller.me(refresh=refresh)

    def projects(self, refresh: bool = False) -> list[Project]:
        """Return the projects that the account may read, by numeric id."""
        return self.me(refresh).project_list()

    def workspaces(
        self, project: str | int | None = None, refresh: bool = False
    ) -> list[WorkspaceRef]:
        """Return the workspaces of a project, that of the session unless told otherwise."""
        asked = selected(project=project).project
        return self._state.caller.workspaces_of(asked, refresh=refresh)

    def resolve_workspace(self) -> WorkspaceRef:
        """Return the pinned workspace, or else the project's default one.

        Raises:
            WorkspaceScopeError: The project has none.
        """
        return self._state.caller.pinned()

    def events(
        self,
        *,
        limit: int = queries.MAX_EVENTS,
        from_date: str | date | None = None,
        to_date: str | date | None = None,
    ) -> list[str]:
        """Return names of events, sorted.

        Args:
            limit: How many at most, 1 to 5000.
            from_date: First day on which they occurred, ISO 8601.
            to_date: Last day.
        """
        call = queries.events_call(limit, from_date, to_date)
        return queries.event_names(self._state.caller.send(call))

    def segmentation(
        self,
        event: str,
        *,
        from_date: str | date,
        to_date: str | date,
        unit: str = "day",
        on: str | None = None,
        where: str | None = None,
    ) -> SegmentationResult:
        """Return counts of an event over time.

        Args:
            event: Its name.
            from_date: First day, ISO 8601.
            to_date: Last day.
            unit: `minute`, `hour`, `day`, `week` or `month`.
            on: A property's name, or an expression, to segment by.
            where: An expression that filters.
        """
        call = queries.segmentation_call(event, from_date, to_date, unit, on, where)
        return queries.segmentation_result(call, self._state.caller.send(call))

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        family: Family = "app",
    ) -> Any:
        """Send any call and return the decoded JSON.

        Args:
            method: The HTTP method.
            path: Path below the family's address; `{project_id}` and `{workspace_id}` are filled
                in from the session.
            params: The query; the session adds its project and workspace to query calls.
            json: The body.
            family: `app` or `query`.

        Raises:
            AuthenticationError: The server refused the credential, or it cannot be had.
            RateLimitError: The server asks for a pause.
            QueryError: The server refused the request.
            ServerError: The server failed.
            APIError: No answer arrived, or one that is not JSON.
            WorkspaceScopeError: The path needs a workspace, and there is none.
            ConfigError: The path or a parameter is not fit for this session.
            ValueError: The family is neither `app` nor `query`.
        """
        if family not in ("app", "query"):
            raise ValueError("family must be app or query")
        if not (method.isascii() and method.isalpha()):
            raise ValueError("method must be a name such as GET")
        caller = self._state.caller
        if "{workspace_id}" in path:
            path = path.replace("{workspace_id}", str(caller.pinned().id))
        return caller.send(Call(method.upper(), path, params or {}, json, family))
