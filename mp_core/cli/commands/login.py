"""`mp login`: from nothing to a working default in one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from mp_core.cli import arguments
from mp_core.cli.base import account_name, pass_invocation
from mp_core.cli.fields.command import FieldCommand, named_type, type_in_force
from mp_core.cli.fields.option import fields_of
from mp_core.cli.fields.values import given_fields
from mp_core.cli.invocation import Invocation
from mp_core.errors import ConfigError


class _Login(FieldCommand):
    def account_type(self, invocation: Invocation, args: Sequence[str]) -> str | None:
        """Return the type that `--type` names, or the one that has an option that was given."""
        if type_ := named_type(args):
            return type_
        given = {argument.partition("=")[0] for argument in args if argument.startswith("--")}
        host = invocation.context.bare_host
        return next((type_ for type_ in host.types() if given & _own(host, type_)), None)


def _own(host: Any, type_: str) -> set[str]:
    try:
        fields = fields_of(host.model(type_))
    except ConfigError:
        return set()
    return {name for field in fields for name in field.click_option().opts}


@click.command(cls=_Login)
@account_name
@click.option(
    "--type", metavar="TYPE", expose_value=False, help="The account type; else it is found out."
)
@click.option("--region", type=arguments.region, help="Else all are asked.")
@click.option("--as", "new_name", type=arguments.name, metavar="NEW", help="An account of its own.")
@click.option("--take-over", is_flag=True, help="Also as another person than the account's owner.")
@click.option("--no-browser", is_flag=True, help="Open no browser; paste the address it ends at.")
@pass_invocation
def command(
    invocation: Invocation,
    /,
    name: str | None,
    region: Any,
    new_name: str | None,
    take_over: bool,
    no_browser: bool,
    **values: Any,
) -> None:
    """Set up an account that works, and make it the active one.

    The type follows from the options, else from a credential in the environment, else it is the
    one that logs in with a browser. The region is found out, the account is named after the
    project's organization, and logging in again refreshes the account of the same owner. A name
    is only a name: somebody else than its owner gets an account of their own, with --as, or takes
    it over with its targets, with --take-over.

    Examples:
      mp login
      mp login --as work
      mp login ci --username ci.1a2b3c --secret-stdin --project 3018488 < secret.txt
    """
    from mp_core._login.options import SetupOptions
    from mp_core._login.setup import set_up

    invocation.refuse("workspace", "target", why="a login sets up an account")
    fields = given_fields(invocation, values, is_new=True)
    options = SetupOptions(
        name=invocation.named_account(name),
        new_name=new_name,
        type=type_in_force(),
        region=region,
        project=invocation.project,
        fields=fields,
        opens_browser=not no_browser,
        take_over=take_over,
    )
    result = set_up(invocation.context, options, invocation.terminal)
    who = f" as {result.user.email or result.user.id}" if result.user else ""
    kind = "Added" if result.is_new else "Refreshed"
    invocation.output.done(
        f"{kind} account {result.account_name} ({result.type}, {result.region}){who};"
        f" it is the active one, with project {result.project}.",
        result.model_dump(mode="json"),
    )
