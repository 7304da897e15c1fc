"""`mp inspect`: what a project holds."""

from __future__ import annotations

import click

from mp_core.cli import arguments
from mp_core.cli.base import Group, pass_invocation
from mp_core.cli.invocation import Invocation


@click.group(cls=Group)
def command() -> None:
    """Look at what a project holds.

    Examples:
      mp inspect events
      mp -p 3018488 inspect events --limit 10
    """


@command.command("events")
@click.option("--limit", type=click.IntRange(1, 5000), default=5000, help="How many at most.")
@click.option("--from", "from_date", type=arguments.day, help="First day, such as 2024-01-31.")
@click.option("--to", "to_date", type=arguments.day, help="Last day.")
@pass_invocation
def events(invocation: Invocation, limit: int, from_date: str | None, to_date: str | None) -> None:
    """List the names of events, sorted.

    Examples:
      mp inspect events
      mp -t ecom inspect events --limit 10 -f json
    """
    with invocation.open_workspace() as ws:
        names = ws.events(limit=limit, from_date=from_date, to_date=to_date)
    invocation.output.values("event", names, empty="This project has no event there.")
