"""Which project becomes the default one of a login."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mp_core._api.me import Me
from mp_core._login.project_prompt import picked
from mp_core._login.terminal import Terminal
from mp_core._network.endpoints import Region
from mp_core._values.session import Project
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account

_LISTED: Final = 20


def chosen_project(
    wanted: str | None,
    known: Account | None,
    me: Me,
    region: Region | None,
    terminal: Terminal,
    command: str,
) -> str:
    """Return the project: the one wanted, the account's own, the only one, or the person's pick.

    Args:
        wanted: The id that was asked for.
        known: The account that is refreshed, if there is one.
        me: What the credential may read.
        region: The region of the account, where that is settled.
        terminal: The person.
        command: What the person types to name a project.

    Raises:
        ConfigError: There is none, it is not among those of the credential, or nobody can pick.
    """
    projects = me.projects_in(region) if region else me.project_list()
    ids = {project.id for project in projects}
    if wanted is not None:
        _check_wanted(wanted, projects, me, region, command)
        return wanted
    if known is not None and known.default_project in ids:
        return str(known.default_project)
    if not projects:
        raise _without_project(me, region, command)
    choice = projects[0].id if len(projects) == 1 else picked(projects, terminal)
    if choice is None:
        raise _unclear("The project is not clear", projects, command)
    return choice


def _check_wanted(
    wanted: str, projects: Sequence[Project], me: Me, region: Region | None, command: str
) -> None:
    if wanted in {project.id for project in projects} or not me.projects:
        return
    home = me.region_of(wanted)
    if wanted in me.projects and home != region:
        raise ConfigError(
            f"Project {wanted} lives in region {home}, and this account in {region}.",
            hint=f"Set up an account there: mp login --as NAME --region {home} --project {wanted}",
            code="NO_PROJECT",
            details={"project": wanted, "region": home},
        )
    raise _unclear(f"Project {wanted} is not among those of this credential", projects, command)


def default_project(me: Me, region: Region, terminal: Terminal) -> str | None:
    """Return the only project of a region, the person's choice, or the first by number."""
    projects = me.projects_in(region)
    if len(projects) <= 1:
        return projects[0].id if projects else None
    choice = picked(projects, terminal)
    if choice is None:
        choice = projects[0].id
        terminal.say(f"The default project is {choice}, the first of {len(projects)}.")
    return choice


def _without_project(me: Me, region: Region | None, command: str) -> ConfigError:
    where = f" in region {region}" if region and me.projects else ""
    return ConfigError(
        f"This credential has no project{where}.",
        hint=f"Name one: {command}",
        code="NO_PROJECT",
    )


def _unclear(problem: str, projects: Sequence[Project], command: str) -> ConfigError:
    lines = [f"  {project.id}  {project.name or ''}".rstrip() for project in projects[:_LISTED]]
    more = [f"  … and {len(projects) - _LISTED} more"] if len(projects) > _LISTED else []
    return ConfigError(
        f"{problem}; it may read {len(projects)}.",
        hint="\n".join([f"Name one: {command}", *lines, *more]),
        code="NO_PROJECT",
        details={"projects": [project.id for project in projects]},
    )
