"""The programs that are started for a person, such as a browser: every one of them from here.

A child has no use for our secrets, and keeps what it gets: a browser lives on for weeks, writes its
environment into crash reports, and hands it to what it starts itself.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress

from mp_core import _env as variables
from mp_core._runtime.context import Context
from mp_core.errors import MpError
from mp_core.plugin._fields import is_secret, variable_of
from mp_core.plugin._host.host import Host


def start(context: Context, command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a program that has none of our secrets, streams, files and signals.

    What it prints is nobody's: our stdout is data, with `-f json` each line of our stderr is an
    object, and a browser that held one of them would keep a pipe open for weeks. In a session of
    its own it outlives a Ctrl-C at the terminal.

    Raises:
        OSError: There is no such program, or it cannot be run.
    """
    process = subprocess.Popen(
        command,
        env=environment(context),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # Somebody has to take note of its end, whenever that is, or a zombie stays.
    threading.Thread(target=process.wait, daemon=True).start()
    return process


def environment(context: Context) -> dict[str, str]:
    """Return the environment without the variables that hold secrets."""
    secret = secret_variables(context)
    return {name: value for name, value in context.env.items() if name not in secret}


def secret_variables(context: Context) -> set[str]:
    """Return the variables that hold secrets here, or belong to one.

    They are those that a provider declares or has found an identity in, those that an account
    names, and all of our own name that are not known to be harmless: with a provider that is not
    installed they would be secrets.
    """
    ours = {name for name in context.env if name.startswith("MP_")} - variables.EFFECTS.keys()
    return ours.union(_declared(context.bare_host), _of_identities(context), _named(context))


def _declared(host: Host) -> Iterator[str]:
    for type_ in host.types():
        with suppress(MpError):  # Its provider does not load.
            for name, info in host.model(type_).model_fields.items():
                if is_secret(info):
                    yield variable_of(name, info)


def _of_identities(context: Context) -> Iterator[str]:
    with suppress(MpError):
        for found in context.bare_host.accounts_from_env(context.env):
            yield from set(found.variables) - variables.EFFECTS.keys()


def _named(context: Context) -> Iterator[str]:
    """Yield the variables that accounts name, those of broken ones by the name of the field."""
    with suppress(MpError):
        config = context.config()
        for name in config.account_names():
            with suppress(MpError):
                fields = config.block(name).items()
                yield from (str(value) for key, value in fields if key.endswith("_env"))
            with suppress(MpError):
                source = config.account(name).static_token()
                if isinstance(source, str):
                    yield source
