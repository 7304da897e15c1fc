"""`mp sandbox`: a small local Mixpanel to try things with."""

from __future__ import annotations

import time
from typing import Final

import click

from mp_core.cli.base import Command, pass_invocation
from mp_core.cli.invocation import AXES, Invocation
from mp_core.sandbox import FAULT_KINDS, Fault, FaultKind, Sandbox

_SLICE_S: Final = 0.5
"""How long at most Ctrl-C waits that Python was given just before a wait began (PEP 475)."""


@click.command(cls=Command)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where to listen; 0: any.")
@click.option("--fault", type=click.Choice(FAULT_KINDS), help="A failure to answer with.")
@pass_invocation
def command(invocation: Invocation, port: int, fault: FaultKind | None) -> None:
    """Run a small local Mixpanel until it is interrupted, and print how to point `mp` at it.

    Examples:
      mp sandbox
      mp sandbox --port 8800 --fault rate_limited
    """
    invocation.refuse(*AXES, why="the sandbox uses no identity")
    with Sandbox(port) as sandbox:
        if fault:
            sandbox.inject(Fault(fault))
        _introduce(invocation, sandbox)
        while True:
            time.sleep(_SLICE_S)


def _introduce(invocation: Invocation, sandbox: Sandbox) -> None:
    if not invocation.output.is_table:
        people = {identity.name: sandbox.samples_for(identity) for identity in sandbox.identities}
        invocation.output.record({"MP_API_BASE_URL": sandbox.url, "identities": people})
        return
    invocation.output.text(f"export MP_API_BASE_URL={sandbox.url}")
    for identity in sandbox.identities:
        invocation.output.note(
            f"{identity.name}: username {identity.username}, secret {identity.secret},"
            f" token {identity.token}, project {identity.projects[0].id}"
        )
    invocation.output.note("Paste the line into another shell. Ctrl-C stops the sandbox.")
