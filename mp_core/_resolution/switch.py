"""Explicit switches: the next resolution follows from the last and from what is asked for."""

from __future__ import annotations

import functools

from mp_core._resolution.admission import admit_account
from mp_core._resolution.record import Axis, AxisName, Offer, Resolution
from mp_core._resolution.resolver import inputs_in, resolve, resolve_switch
from mp_core._runtime.context import Context
from mp_core._runtime.credential import check_credential
from mp_core._runtime.recording import VetoesRecorded
from mp_core._values.selection import Selection
from mp_core._values.session import Project, Session, WorkspaceRef, is_same
from mp_core.plugin._host.host import Host


def switched_within(before: Resolution, asked: Selection) -> Resolution:
    """Return the resolution after a switch of project or workspace; the account stays.

    The environment is not consulted. A project that stays keeps the pin.
    """
    session = before.session
    project, axis = session.project, before.project
    if asked.project is not None and asked.project != project.id:
        project, axis = _project(asked.project), _axis("project", asked, asked.project)
    elif asked.workspace is None:
        return before
    pin = asked.workspace and WorkspaceRef(id=asked.workspace, project_id=project.id)
    session = Session.assembled(session.account, project, pin or None, session.headers)
    return Resolution(session, before.account, axis, _axis("workspace", asked, asked.workspace))


@functools.lru_cache(maxsize=256)
def _project(id_: str) -> Project:
    """Return a project; switches come back to the same ones."""
    return Project(id=id_)


def switched(
    context: Context, before: Resolution, asked: Selection, host: Host | None = None
) -> tuple[Resolution, Host]:
    """Return the resolution after a switch, and the plugins that serve its account.

    The credential of another account is at hand then.

    Args:
        context: The surroundings.
        before: The resolution in force.
        asked: The switch.
        host: The plugins that serve the account in force, if they are at hand.

    Raises:
        ConfigError: An axis cannot be resolved, or a policy refuses the account.
        OAuthError: The credential cannot be had.
    """
    if asked.account is None and asked.target is None:
        account = before.session.account
        host = host or context.host_of(account)
        if host.has_policy(account):
            admit_account(context, before)
        return switched_within(before, asked), host
    with VetoesRecorded(context):
        to_account = asked.account is not None
        after = _to_account(context, asked) if to_account else resolve(inputs_in(context, asked))
    host = admit_account(context, after)
    if asked.account and _is_same_place(before, after) and asked.workspace is None:
        return before, host
    check_credential(context, after.session.account, host)
    return after, host


def _to_account(context: Context, asked: Selection) -> Resolution:
    inputs = inputs_in(context, asked, identities=False)
    account = inputs.config.account(str(asked.account))
    project, workspace = resolve_switch(inputs, account)
    return Resolution.of_axes(
        account, _axis("account", asked, asked.account), project, workspace, inputs.config.headers
    )


def _is_same_place(before: Resolution, after: Resolution) -> bool:
    old, new = before.session, after.session
    return old.project_id == new.project_id and is_same(old.account, new.account)


def _axis(name: AxisName, asked: Selection, value: str | int | None) -> Axis:
    return Axis(name, (Offer("parameter", asked.origins[name], value),))
