"""`mp account export-bridge` and `remove-bridge`: an account on its way to another machine."""

from __future__ import annotations

from pathlib import Path

import click

from mp_core.cli.base import Command, pass_invocation
from mp_core.cli.invocation import AXES, Invocation


@click.command("export-bridge", cls=Command)
@click.option("--to", required=True, metavar="PATH", help="The file to write.")
@click.option("--no-refresh-token", is_flag=True, help="Leave the refresh token here.")
@pass_invocation
def export_bridge(invocation: Invocation, to: str, no_refresh_token: bool) -> None:
    """Write an account with its secrets to a file that another machine can use.

    On the other side, MP_AUTH_FILE names the file. --account, --project and --workspace, or
    --target, say what goes along. Where refresh tokens rotate, only one side should refresh: see
    --no-refresh-token.

    Examples:
      mp account export-bridge --to ./bridge.json
      mp -a me account export-bridge --to ~/shared/auth.json --no-refresh-token
    """
    path = invocation.accounts.export_bridge(
        to=to, account=invocation.named_account(), refresh_token=not no_refresh_token
    )
    _say_what_went(invocation, path)


def _say_what_went(invocation: Invocation, path: Path) -> None:
    from mp_core._bridge.search import load_bridge

    bridge = load_bridge(path)
    assert bridge is not None  # It has just been written.
    tokens = bridge.tokens
    has_refresh = bool(tokens and tokens.refresh_token)
    went = "with" if has_refresh else "without"
    about = f", {went} its refresh token" if tokens else ""
    invocation.output.done(
        f"Wrote {path}: account {bridge.account.name} with its secrets{about}.",
        {"path": str(path), "account": bridge.account.name, "refresh_token": has_refresh},
    )


@click.command("remove-bridge", cls=Command)
@click.option("--at", metavar="PATH", help="The file, instead of the one that would be used.")
@pass_invocation
def remove_bridge(invocation: Invocation, at: str | None) -> None:
    """Remove a bridge file, and the tokens that were refreshed from it.

    Examples:
      mp account remove-bridge
      mp account remove-bridge --at ./bridge.json
    """
    invocation.refuse(*AXES, why="a bridge is removed as a whole")
    removed = invocation.accounts.remove_bridge(at=at)
    text = "The bridge was removed." if removed else "There is no bridge to remove."
    invocation.output.done(text, {"removed": removed})
