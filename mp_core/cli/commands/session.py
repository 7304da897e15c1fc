"""`mp session`: which identity a request would use, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from mp_core._storage import paths
from mp_core.cli.base import Command, pass_invocation
from mp_core.cli.invocation import Invocation

if TYPE_CHECKING:
    from mp_core._resolution.record import Axis, Resolution

SCHEMA: Final = 1
"""Version of the JSON form; a key is never removed or given another meaning within one."""

_CANDIDATE: Final = ("axis", "source", "value", "origin", "outcome", "reason")
_EXPLAINED: Final = ("axis", "source", "value", "outcome", "why")
_GLANCE: Final = ("axis", "value", "from")


@click.command(cls=Command)
@click.option("--explain", is_flag=True, help="Show every source of every axis, and why it won.")
@click.option("--bridge", is_flag=True, help="Show the bridge file that is in reach.")
@pass_invocation
def command(invocation: Invocation, explain: bool, bridge: bool) -> None:
    """Show which account, project and workspace a request would use, and why.

    Examples:
      mp session
      mp --target ecom session --explain
    """
    if bridge:
        _show_bridge(invocation)
        return
    resolution = invocation.resolution()
    if invocation.format == "json":
        invocation.output.record(described(resolution) | _named(invocation, resolution))
    elif explain and invocation.output.is_table:
        invocation.output.rows(_explained(invocation, resolution), _EXPLAINED)
    elif explain:
        invocation.output.rows(_candidates(resolution), _CANDIDATE)
    else:
        invocation.output.rows(_glance(invocation, resolution), _GLANCE)


def described(resolution: Resolution) -> dict[str, Any]:
    """Return the whole record: the session, and every candidate of every axis."""
    session = resolution.session
    return {
        "schema": SCHEMA,
        "account": session.account.name,
        "type": session.account.type,
        "region": session.region,
        "project": session.project_id,
        "workspace": session.workspace_id,
        "headers": sorted(session.headers),
        "sources": {axis.name: _source(axis) for axis in resolution.axes},
        "candidates": _candidates(resolution),
    }


def _named(invocation: Invocation, resolution: Resolution) -> dict[str, str | None]:
    """Return whom the account acts as and its project by name, as far as a proof has told."""
    from mp_core._api.owner import OwnerRecord

    session = resolution.session
    owner = OwnerRecord(invocation.context, session.account).of_present_credential()
    return {
        "user_email": owner.user.email if owner else None,
        "project_name": owner.projects.get(session.project_id) if owner else None,
    }


def _source(axis: Axis) -> dict[str, str | None] | None:
    return {"source": axis.source, "origin": axis.origin} if axis.winner else None


def _glance(invocation: Invocation, resolution: Resolution) -> list[dict[str, Any]]:
    account = resolution.session.account
    rows = [
        {"axis": axis.name, "value": axis.value, "from": _short(invocation, axis.origin or "")}
        for axis in resolution.axes
    ]
    known = _named(invocation, resolution)
    who = f" as {known['user_email']}" if known["user_email"] else ""
    rows[0]["value"] = f"{account.name} ({account.type}, {account.region}){who}"
    if known["project_name"]:
        rows[1]["value"] = f"{rows[1]['value']} ({known['project_name']})"
    if resolution.workspace.winner is None:
        rows[2]["from"] = "not pinned"
    return rows


def _candidates(resolution: Resolution) -> list[dict[str, Any]]:
    return [
        {
            "axis": axis.name,
            "source": candidate.source,
            "value": candidate.value,
            "origin": candidate.origin,
            "outcome": candidate.outcome,
            "reason": candidate.reason,
        }
        for axis in resolution.axes
        for candidate in axis.candidates
    ]


def _explained(invocation: Invocation, resolution: Resolution) -> Iterator[dict[str, Any]]:
    """Yield the candidates as a person reads them: each axis named once, and why in one piece."""
    for axis in resolution.axes:
        for at, candidate in enumerate(axis.candidates):
            why = [candidate.origin] if candidate.origin != candidate.source else []
            why += [candidate.reason] if candidate.outcome != "used" else []
            yield {
                "axis": "" if at else axis.name,
                "source": candidate.source.replace("_", " "),
                "value": candidate.value,
                "outcome": candidate.outcome,
                "why": _short(invocation, ": ".join(why)),
            }


def _short(invocation: Invocation, text: str) -> str:
    """Return a text for a person, with the home directory in paths abbreviated."""
    home = paths.home(invocation.env)
    return text.replace(f"{home}/", "~/") if home and invocation.output.is_table else text


def _show_bridge(invocation: Invocation) -> None:
    from mp_core._bridge.search import find_bridge

    found = find_bridge(invocation.context)
    if found is None:
        invocation.output.nothing("There is no bridge in any of the places that are searched.")
        return
    content = found.content
    invocation.output.record(
        {
            "path": str(found.path),
            "account": content.account.name,
            "type": content.account.type,
            "region": content.account.region,
            "project": content.project,
            "workspace": content.workspace,
            "headers": sorted(content.headers),
            "expires_at": content.tokens.expires_at if content.tokens else None,
            "can_refresh": bool(content.tokens and content.tokens.refresh_token),
        }
    )
