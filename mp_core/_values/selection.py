"""What a caller asks for: an account, a project, a workspace, or a target in their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from mp_core._env import is_project_id, is_workspace_id
from mp_core.errors import ConfigError

_ARGUMENTS: Final = {name: f"{name}=" for name in ("account", "project", "workspace", "target")}


class Selection(NamedTuple):
    """What the caller asks for.

    Attributes:
        account: Name of an account.
        project: Id of a project.
        workspace: Id of a workspace.
        target: Name of a target, instead of the three.
        origins: How each was said, for the record: an argument, an option, a variable.
    """

    account: str | None = None
    project: str | None = None
    workspace: int | None = None
    target: str | None = None
    origins: Mapping[str, str] = _ARGUMENTS


NOTHING: Final = Selection()
"""Nothing in particular: what is in force decides."""


def selected(
    account: str | None = None,
    project: str | int | None = None,
    workspace: str | int | None = None,
    target: str | None = None,
    *,
    origins: Mapping[str, str] = _ARGUMENTS,
) -> Selection:
    """Return what a caller asks for, checked.

    Raises:
        ValueError: A target was given beside another axis.
        ConfigError: A project or workspace id is malformed.
    """
    if target is not None and (account, project, workspace) != (None, None, None):
        raise ValueError("target excludes account, project and workspace: it sets all three")
    return Selection(
        account=account,
        project=None if project is None else _checked_project(project, origins["project"]),
        workspace=None if workspace is None else _checked_id(workspace, origins["workspace"]),
        target=target,
        origins=origins,
    )


def _checked_project(value: str | int, origin: str) -> str:
    text = str(value)
    if is_project_id(text):
        return text
    raise ConfigError(
        f"{joined(origin, '')}is malformed: expected a project id, digits only.",
        hint="See the projects there are: mp project list",
    )


def _checked_id(value: str | int, origin: str) -> int:
    text = str(value)
    if is_workspace_id(text):
        return int(text)
    raise ConfigError(
        f"{joined(origin, '')}is malformed: expected a workspace id, a positive number.",
        hint="See the workspaces there are: mp workspace list",
    )


def joined(origin: str, value: str) -> str:
    """Return how a value was said: `project=42`, `--project 42`."""
    return f"{origin}{value}" if origin.endswith("=") and value else f"{origin} {value}"
