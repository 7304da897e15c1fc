"""The policy `northwind_policy`: people and robots of the company, with data in Europe."""

from __future__ import annotations

from mp_core.errors import ConfigError
from mp_core.plugin import Account, hookimpl

MP_CONTRACT = "1.1"

REGION = "eu"
TYPES = ("northwind", "service_account")


@hookimpl
def mp_validate_account(account: Account) -> None:
    """Refuse any other account, wherever it comes from."""
    if account.region != REGION:
        raise _refused(account, f"is in {account.region}, and Northwind allows {REGION}")
    if account.type not in TYPES:
        allowed = " and ".join(TYPES)
        raise _refused(account, f"is of the type {account.type}, and Northwind allows {allowed}")


def _refused(account: Account, reason: str) -> ConfigError:
    hint = "See which accounts there are: mp account list"
    return ConfigError(f"Account {account.name!r} {reason}.", hint=hint)
