"""`mp api`: any request as the identity in force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from mp_core._storage.text import unmarked
from mp_core.cli import arguments
from mp_core.cli.base import Command, pass_invocation
from mp_core.cli.invocation import Invocation


@click.command(cls=Command)
@click.argument("method")
@click.argument("path", type=arguments.api_path)
@click.option(
    "--query",
    "pairs",
    type=arguments.pair,
    multiple=True,
    metavar="KEY=VALUE",
    help="A query parameter; may be repeated.",
)
@click.option("--body", metavar="FILE", help="JSON to send: a file, or - for stdin.")
@click.option(
    "--family", type=click.Choice(("app", "query")), default="app", help="Which API the path is of."
)
@pass_invocation
def command(
    invocation: Invocation,
    method: str,
    path: str,
    pairs: tuple[tuple[str, str], ...],
    body: str | None,
    family: Any,
) -> None:
    """Send any request and print the JSON that comes back.

    PATH is below the API's address; {project_id} and {workspace_id} in it are filled in from the
    session.

    Examples:
      mp api GET /me
      mp api GET /events/names --family query --query type=general --query limit=3
    """
    params = _params(pairs)
    with invocation.open_workspace() as ws:
        answer = ws.request(method, path, params=params, json=_body(body), family=family)
    invocation.output.data(answer)


def _params(pairs: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Return the query; a parameter that is given several times has a list of values."""
    values: dict[str, list[str]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    return {key: found if len(found) > 1 else found[0] for key, found in values.items()}


def _body(source: str | None) -> Any:
    if source is None:
        return None
    try:
        text = arguments.stdin_text() if source == "-" else Path(source).read_text("utf-8")
        return json.loads(unmarked(text)[1])
    except OSError as error:
        raise click.UsageError(f"{source} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise click.UsageError(f"What {source} holds is not JSON.") from None
