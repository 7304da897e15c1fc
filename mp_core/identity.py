"""Whether two accounts are one identity: the same credential in the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mp_core.errors import ConfigError

if TYPE_CHECKING:
    from mp_core.account_model import Account
    from mp_core.snapshot import ConfigSnapshot


def is_same(one: Account, other: Account) -> bool:
    """Return whether two accounts differ in nothing but their default project, if at all."""
    if one is other:
        return True
    if one.name != other.name:
        return False  # The usual answer, without a copy.
    return one.model_copy(update={"default_project": other.default_project}) == other


def is_configured(config: ConfigSnapshot, account: Account) -> bool:
    """Return whether the configuration holds this very account, not another one of its name."""
    try:
        return is_same(config.account(account.name), account)
    except ConfigError:
        return False
