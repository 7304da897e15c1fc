"""What the demonstration shows, whatever account types are installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import click

from mp_core import _env as variables
from mp_core.cli.demo.stage import Stage, stages
from mp_core.cli.fields.option import Field, fields_of
from mp_core.errors import ConfigError
from mp_core.plugin._host.host import Host
from mp_core.plugin._host.installers import USUAL, install_command

_BRIDGE: Final = "bridge.json"
_DAYS: Final = ("--from", "2024-01-01", "--to", "2024-01-02")


@dataclass(frozen=True, slots=True)
class _Cast:
    """An account of the demonstration.

    Attributes:
        name: Its name, after its type.
        words: How it is added.
        secret: What `mp account add` reads from stdin.
        variables: A complete identity of its type in the environment, if there is one.
    """

    name: str
    words: tuple[str, ...]
    secret: str | None
    variables: Mapping[str, str]


def tell(host: Host) -> None:
    """Run the demonstration.

    Raises:
        ConfigError: No provider is installed that the sandbox knows a credential for.
        MpError: A command failed.
    """
    with stages() as (here, there):
        cast = list(_cast(host, here))
        if not cast:
            raise ConfigError(
                "No installed provider has accounts that the sandbox knows.",
                hint=f"Install some: {install_command(USUAL)}",
            )
        logins = _prove(here, cast)
        _switch(here, cast)
        _explain(here, cast)
        _carry(here, there, cast)
        _outlive(here, there, logins)
    _title("Done: the local Mixpanel has stopped, and its homes are gone.")


def _prove(here: Stage, cast: list[_Cast]) -> list[str]:
    """Return the names of the accounts that had to log in."""
    logins = []
    _title("1. One account of each installed type, and a real call as each")
    for account in cast:
        here.mp("account", "add", account.name, *account.words, secret=account.secret)
        if here.needs_login(account.name):
            here.mp("account", "login", account.name)
            logins.append(account.name)
    here.mp("account", "test", "--all")
    here.mp("account", "list")
    for account in cast:
        here.mp("--account", account.name, "inspect", "events", "--limit", "3")
    return logins


def _switch(here: Stage, cast: list[_Cast]) -> None:
    _title("2. Account, project and target switch in one line each")
    first, last = cast[0].name, cast[-1].name
    here.mp("project", "list")
    here.mp("account", "use", last)
    here.mp("project", "use", "3018488")
    here.mp("target", "add", "shop", "-a", first, "-p", "3018488", "-w", "3448414")
    here.mp("--target", "shop", "query", "segmentation", "Purchase", *_DAYS)
    here.python(
        "import mp_core as mp",
        "ws = mp.Workspace()",
        "ws",
        "ws.events(limit=2)",
        f"ws.use(account={first!r}).events(limit=2)",
        "ws.use(project='3018488').events(limit=2)",
        "ws.use(target='shop').workspaces()[0].name",
        "ws.close()",
    )


def _explain(here: Stage, cast: list[_Cast]) -> None:
    _title("3. Which identity is in force, from which source, and why")
    here.mp("session")
    here.mp("--target", "shop", "session")
    here.mp("session", "--explain", env={variables.PROJECT_ID: "9"})
    for account in cast:
        if account.variables:
            here.mp("session", env=account.variables)


def _carry(here: Stage, there: Stage, cast: list[_Cast]) -> None:
    _title("4. A credential travels to a second machine, which has nothing but the file")
    for account in cast:
        here.mp("-a", account.name, "account", "export-bridge", "--to", _BRIDGE)
        env = {variables.AUTH_FILE: str(here.home / _BRIDGE)}
        there.mp("session", env=env)
        there.mp("inspect", "events", "--limit", "2", env=env)
    here.mp("account", "remove-bridge", "--at", _BRIDGE)


def _outlive(here: Stage, there: Stage, logins: list[str]) -> None:
    for name in logins[:1]:
        _title("5. All access tokens expire: the second machine refreshes, from the file alone")
        here.mp("-a", name, "account", "export-bridge", "--to", _BRIDGE)
        here.sandbox.expire_tokens()
        env = {variables.AUTH_FILE: str(here.home / _BRIDGE)}
        there.mp("inspect", "events", "--limit", "2", env=env)


def _title(text: str) -> None:
    click.secho(f"\n{text}\n", bold=True, fg="cyan")


def _cast(host: Host, stage: Stage) -> Iterator[_Cast]:
    """Return an account of each type that works and whose fields the sandbox has values for."""
    samples = stage.sandbox.samples
    for type_ in host.types():
        try:
            fields = fields_of(host.model(type_))
        except ConfigError:
            continue
        if not any(field.is_required and field.name not in samples for field in fields):
            known = [field for field in fields if field.name in samples]
            yield _member(host, type_, known, samples)


def _member(host: Host, type_: str, fields: Sequence[Field], samples: Mapping[str, str]) -> _Cast:
    words = ["--type", type_, "--region", "us", "--default-project", "10"]
    secret = None
    for field in fields:
        if field.is_secret:
            words.append(f"--{field.option}-stdin")
            secret = samples[field.name]
        else:
            words += [f"--{field.option}", samples[field.name]]
    values = {field.variable: samples[field.name] for field in fields}
    return _Cast(type_.replace("_", "-"), tuple(words), secret, _set(host, type_, values))


def _set(host: Host, type_: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a complete identity of the type; none when it has no such set."""
    env = {**values, variables.PROJECT_ID: "10", variables.REGION: "us"}
    found = [report for report in host.accounts_from_env(env) if report.account]
    own = [report for report in found if report.account and report.account.type == type_]
    return {name: env[name] for report in own[:1] for name in report.variables}
