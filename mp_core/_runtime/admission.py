"""Policies: who makes a session, or hands a credential out, asks them first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mp_core._runtime.context import Context
from mp_core._runtime.recording import record_veto
from mp_core.errors import ConfigError

if TYPE_CHECKING:
    from mp_core.plugin._host.host import Host
    from mp_core.plugin.account import Account
    from mp_core.plugin.hooks import Stage


def admit(context: Context, account: Account, stage: Stage = "load") -> Host:
    """Ask the policies in force about an account that is about to be used.

    Returns:
        The plugins that serve it.

    Raises:
        ConfigError: One of them refuses it.
        ProviderError: One of them is missing, or fails in another way.
    """
    host = context.host_of(account)
    try:
        host.admit(account, stage)
    except ConfigError as error:
        record_veto(context, error)
        raise
    return host


def admit_here(account: Account) -> None:
    """Ask the policies that are in force in the surroundings of the process.

    Raises:
        ConfigError: See `admit`; or the configuration cannot be used, which may name extensions.
    """
    admit(Context(), account)
