"""`mp demo`: the main job, run for real in a throw-away home against the sandbox."""

from __future__ import annotations

import click

from mp_core.cli.base import Command, pass_invocation
from mp_core.cli.invocation import AXES, Invocation


@click.command(cls=Command)
@pass_invocation
def command(invocation: Invocation) -> None:
    """Watch the main job run; it needs no account and no network.

    A local Mixpanel starts, a home is made and removed again, and each command that is shown is a
    process of its own.

    Examples:
      mp demo
      mp demo | less
    """
    from mp_core.cli.demo.story import tell

    invocation.refuse(*AXES, "format", why="the demonstration has a home and accounts of its own")
    with invocation.output.printing():
        tell(invocation.context.bare_host)
