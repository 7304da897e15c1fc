"""Somebody who calls Mixpanel: a session, and what is remembered of its account."""

from __future__ import annotations

from typing import Any, NamedTuple

from mp_core._api.client import Call, MixpanelClient
from mp_core._api.me import Me
from mp_core._api.me_lookup import MeLookup
from mp_core._api.workspaces import WorkspaceLookup
from mp_core._values.session import Session, WorkspaceRef
from mp_core.plugin._host.host import Host


class Caller(NamedTuple):
    """One session's calls; whoever switches to another session calls as another caller.

    Attributes:
        client: Sends them.
        session: As whom, and for which project.
        origin: Where the account comes from, for the error of a 401.
        lookup: Who the account is.
        workspaces: The workspaces of the account's projects.
        host: The plugins that serve the account.
    """

    client: MixpanelClient
    session: Session
    origin: str
    lookup: MeLookup
    workspaces: WorkspaceLookup
    host: Host

    def within(self, session: Session) -> Caller:
        """Return the caller in another project or workspace of the same account."""
        return Caller(self.client, session, self.origin, self.lookup, self.workspaces, self.host)

    def send(self, call: Call) -> Any:
        """Send a call and return the decoded answer; see `MixpanelClient.send`."""
        return self.client.send(call, self.session, origin=self.origin)

    def me(self, *, refresh: bool) -> Me:
        """Return who the account is, from the cache unless it is to be refreshed."""
        return self.lookup.get(refresh=refresh, send=self.send)

    def workspaces_of(self, project: str | None, *, refresh: bool) -> list[WorkspaceRef]:
        """Return the workspaces of a project, that of the session for None."""
        return self.workspaces.get(self.send, project or self.session.project_id, refresh=refresh)

    def pinned(self) -> WorkspaceRef:
        """Return the session's workspace, or else the default one of its project.

        Raises:
            WorkspaceScopeError: The project has none.
        """
        session = self.session
        return session.workspace or self.workspaces.default(self.send, session.project_id)
