"""`mp sandbox`: a small local Mixpanel to try things with."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import click

from mp_core.cli.base import Command, pass_invocation
from mp_core.cli.invocation import AXES, Invocation

if TYPE_CHECKING:
    from mp_core.sandbox import Sandbox


@click.command(cls=Command)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where to listen; 0: any.")
@click.option("--fault", "faults", multiple=True, metavar="SPEC", help="A failure to answer with.")
@pass_invocation
def command(invocation: Invocation, port: int, faults: tuple[str, ...]) -> None:
    """Run a small local Mixpanel until it is interrupted, and print how to point mp at it.

    A SPEC is KIND[:VALUE][*TIMES][@PATH]: unauthorized, forbidden, rate_limited:30,
    server_error:503, slow:2, disconnect, lost_response, malformed, redirect:URL, invalid_grant.

    Examples:
      mp sandbox
      mp sandbox --port 8800 --fault 'rate_limited:1*2'
    """
    from mp_core.sandbox import Fault, Sandbox

    invocation.refuse(*AXES, why="the sandbox uses no identity")
    parsed = [Fault.parse(text) for text in faults]
    with Sandbox(port) as sandbox:
        for fault in parsed:
            sandbox.inject(fault)
        _introduce(invocation, sandbox)
        threading.Event().wait()


def _introduce(invocation: Invocation, sandbox: Sandbox) -> None:
    if not invocation.output.is_table:
        people = {identity.name: sandbox.samples_for(identity) for identity in sandbox.identities}
        invocation.output.record({"MP_API_BASE_URL": sandbox.url, "identities": people})
        return
    with invocation.output.printing():
        click.echo(f"export MP_API_BASE_URL={sandbox.url}")
    for identity in sandbox.identities:
        invocation.output.note(
            f"{identity.name}: username {identity.username}, secret {identity.secret},"
            f" token {identity.token}, project {identity.projects[0].id}"
        )
    invocation.output.note("Paste the line into another shell. Ctrl-C stops the sandbox.")
