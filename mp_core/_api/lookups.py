"""What one account has looked up: who it is, and the workspaces of its projects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mp_core._api import workspaces
from mp_core._api.client import Call
from mp_core._api.me import Me, MeWorkspace
from mp_core._api.me_cache import MeCache
from mp_core._runtime.context import Context
from mp_core._values.session import WorkspaceRef
from mp_core.plugin.account import Account

Send = Callable[[Call], Any]
"""Sends a call as the account and returns the decoded answer."""


class MeCaches:
    """The caches of every account that a workspace has used, kept across switches."""

    def __init__(self, context: Context) -> None:
        """Take the surroundings; nothing is read."""
        self._context = context
        self._known: dict[tuple[str, str, str], MeCache] = {}

    def of(self, account: Account) -> MeCache:
        """Return an account's cache."""
        key = account.name, account.type, account.region
        cache = self._known.get(key)
        if cache is None or cache.account != account:
            cache = self._known[key] = MeCache(self._context, account)
        return cache


class Lookups:
    """The answers to what was looked up as one account.

    They are dropped with the account, and when somebody else logs in as it.
    """

    def __init__(self, me: MeCache) -> None:
        """Take the account's cache of `/me`, which outlives this object."""
        self._me = me
        self._owner: str | None = None
        self._workspaces: dict[str, list[MeWorkspace]] = {}

    def me(self, send: Send, *, refresh: bool) -> Me:
        """Return what `/me` says, asked only if it is not known or is to be refreshed."""
        known = None if refresh else self._me.get()
        if known is not None:
            return known
        return self._me.fetch(lambda: Me.from_answer(send(Call("GET", "/me", {}))))

    def workspaces(self, send: Send, project: str, *, refresh: bool) -> list[WorkspaceRef]:
        """Return the workspaces of a project."""
        entries = self._entries(send, project, refresh=refresh)
        return [workspaces.reference(entry, project) for entry in entries]

    def default_workspace(self, send: Send, project: str) -> WorkspaceRef:
        """Return a project's default workspace.

        Raises:
            WorkspaceScopeError: The project has none.
        """
        return workspaces.default_workspace(self._entries(send, project), project)

    def _entries(self, send: Send, project: str, *, refresh: bool = False) -> list[MeWorkspace]:
        known = self._own_workspaces()
        if refresh or project not in known:
            known[project] = workspaces.workspace_entries(send(workspaces.workspaces_call(project)))
        return known[project]

    def _own_workspaces(self) -> dict[str, list[MeWorkspace]]:
        """Return what the present credential has looked up."""
        owner = self._me.fingerprint()
        if owner != self._owner:
            self._owner, self._workspaces = owner, {}
        return self._workspaces
