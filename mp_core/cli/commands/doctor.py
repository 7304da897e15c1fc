"""`mp doctor`: what may be wrong here, and how to put it right."""

from __future__ import annotations

from typing import Final

import click

from mp_core.cli.base import Command, pass_invocation
from mp_core.cli.failures import GENERAL
from mp_core.cli.invocation import Invocation

_COLUMNS: Final = ("level", "check", "subject", "message", "fix", "is_fixed")
_SHOWN: Final = ("level", "check", "subject", "message", "fix")


@click.command(cls=Command)
@click.option("--fix", is_flag=True, help="Set modes, put aside corrupt files, and clear up.")
@pass_invocation
def command(invocation: Invocation, fix: bool) -> None:
    """Look for what may be wrong: files, plugins, accounts, environment, network and clock.

    Each finding has a command to type, or says what only you can decide. The exit code is 1 when an
    error is left. With --fix, corrupt files, and those of no account, move to the quarantine.
    Nothing is deleted but what a killed process had begun to write, and nothing of other users is
    touched.

    Examples:
      mp doctor
      mp doctor --fix -f json
    """
    from mp_core._doctor.examination import examine

    findings = examine(invocation.context, fix=fix)
    rows = [finding.model_dump(mode="json") for finding in findings]
    is_table = invocation.format in (None, "table")
    notable = [row for row in rows if row["level"] != "ok" or invocation.is_verbose]
    shown = notable if is_table else rows
    invocation.output.rows(shown, _COLUMNS, shown=_SHOWN, empty="All is well.")
    if is_table:
        invocation.output.note(f"Looked at {len(rows)} things: {_verdict(rows)}.")
    if any(finding.level == "error" and not finding.is_fixed for finding in findings):
        raise click.exceptions.Exit(GENERAL)


def _verdict(rows: list[dict[str, object]]) -> str:
    counts = {
        level: sum(row["level"] == level for row in rows) for level in ("error", "warning", "ok")
    }
    errors, warnings = _counted(counts["error"], "error"), _counted(counts["warning"], "warning")
    return f"{errors}, {warnings}, {counts['ok']} in order"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
