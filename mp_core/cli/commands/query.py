"""`mp query`: numbers of a project."""

from __future__ import annotations

from typing import Final

import click

from mp_core.cli import arguments
from mp_core.cli.base import Group, pass_invocation
from mp_core.cli.invocation import Invocation

_UNITS: Final = ("minute", "hour", "day", "week", "month")
_COLUMNS: Final = ("segment", "date", "count")


@click.group(cls=Group)
def command() -> None:
    """Ask a project for numbers.

    Examples:
      mp query segmentation "Sign Up" --from 2024-01-01 --to 2024-01-07
      mp -t ecom query segmentation Purchase --from 2024-01-01 --to 2024-01-31 --on country
    """


@command.command("segmentation")
@click.argument("event")
@click.option("--from", "from_date", type=arguments.day, required=True, help="First day.")
@click.option("--to", "to_date", type=arguments.day, required=True, help="Last day.")
@click.option("--unit", type=click.Choice(_UNITS), default="day", help="Length of a step.")
@click.option("--on", metavar="PROPERTY", help="A property, or an expression, to segment by.")
@click.option("--where", metavar="EXPRESSION", help="An expression that filters.")
@pass_invocation
def segmentation(
    invocation: Invocation,
    event: str,
    from_date: str,
    to_date: str,
    unit: str,
    on: str | None,
    where: str | None,
) -> None:
    """Count an event over time, by segment.

    Examples:
      mp query segmentation "Sign Up" --from 2024-01-01 --to 2024-01-07
      mp query segmentation Purchase --from 2024-01-01 --to 2024-01-31 --on country -f csv
    """
    with invocation.open_workspace() as ws:
        result = ws.segmentation(
            event, from_date=from_date, to_date=to_date, unit=unit, on=on, where=where
        )
    if invocation.format == "json":
        invocation.output.record(result.model_dump(mode="json"))
        return
    rows = (
        {"segment": segment, "date": date, "count": count}
        for segment, counts in result.segments.items()
        for date, count in counts.items()
    )
    invocation.output.rows(rows, _COLUMNS)
