"""Accounts of the company live in the region eu."""

from __future__ import annotations

from mp_core.errors import ConfigError
from mp_core.plugin import Account, Stage, hookimpl

MP_CONTRACT = "1.0"


@hookimpl
def mp_validate_account(account: Account, stage: Stage) -> None:
    """Refuse an account of another region, whatever is done with it."""
    if account.region != "eu":
        raise ConfigError(f"Account {account.name!r} is in {account.region}, and not in eu.")
