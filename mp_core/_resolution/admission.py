"""How a session begins: resolved or given, and with the policies asked about its account."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mp_core._resolution.record import Axis, Resolution, Source
from mp_core._resolution.resolver import inputs_in, resolve, resolve_account
from mp_core._runtime.admission import admit
from mp_core._runtime.recording import VetoesRecorded

if TYPE_CHECKING:
    from mp_core._runtime.context import Context
    from mp_core._values.selection import Selection
    from mp_core._values.session import Session
    from mp_core.plugin._host.host import Host
    from mp_core.plugin.account import Account
    from mp_core.plugin.hooks import Stage

_STAGES: Final[Mapping[Source | None, Stage]] = MappingProxyType(
    {"environment": "env", "bridge": "bridge"}
)


def begun(context: Context, asked: Selection, session: Session | None) -> tuple[Resolution, Host]:
    """Return the session that was given, or else what is asked for resolves to, with its record.

    The plugins that serve it stand beside it.

    Raises:
        ConfigError: It cannot be resolved, or a policy refuses its account.
    """
    if session is not None:
        found = Resolution.of_session(session)
    else:
        with VetoesRecorded(context):
            found = resolve(inputs_in(context, asked))
    return found, admit_account(context, found)


def chosen(context: Context, asked: Selection, name: str | None) -> Account:
    """Return the account of a name, or the one in force, for somebody who is going to use it.

    Raises:
        AccountNotFoundError: There is none of this name.
        ConfigError: None is in force, it cannot be used, or a policy refuses it.
    """
    source: Source | None = None
    with VetoesRecorded(context):
        if name is None:
            axis, account = in_force(context, asked)
            source = axis.source
        else:
            account = context.config().account(name)
    admit(context, account, _STAGES.get(source, "load"))
    return account


def in_force(context: Context, asked: Selection) -> tuple[Axis, Account]:
    """Return the account in force, for somebody who only looks at it, and why it is.

    Raises:
        ConfigError: None is, or it cannot be used.
    """
    return resolve_account(inputs_in(context, asked))


def admit_account(context: Context, resolution: Resolution) -> Host:
    """Ask the policies in force about the account of a resolution; return what serves it.

    Raises:
        ConfigError: One of them refuses it.
    """
    stage = _STAGES.get(resolution.account.source, "load")
    return admit(context, resolution.session.account, stage)
