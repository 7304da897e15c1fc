"""`mp completion`: the script that lets a shell complete `mp`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from mp_core.cli.base import Command
from mp_core.cli.invocation import Invocation

_SHELLS = ("bash", "zsh", "fish")


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options, and names of accounts and targets.

    Examples:
      eval "$(mp completion bash)"
      mp completion fish > ~/.config/fish/completions/mp.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # The argument takes no other shell.
    script = kind(ctx.find_root().command, {}, "mp", "_MP_COMPLETE").source()
    ctx.ensure_object(Invocation).output.text(script)
