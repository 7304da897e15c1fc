"""The refusal of a credential that is somebody else's, which names both and the ways on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mp_core._public import exported_from
from mp_core._values.commands import Retry
from mp_core._values.user import MeUserInfo
from mp_core.errors import ConfigError, OAuthError
from mp_core.plugin.account import Account

if TYPE_CHECKING:
    from mp_core._api.me import Me


@exported_from("mp_core")
class OwnerMismatchError(OAuthError, ConfigError):
    """A credential proved to be somebody else's than the account's owner; nothing was changed."""

    code = "OWNER_MISMATCH"


def mismatch(account: Account, owner: MeUserInfo, me: Me, retry: Retry) -> OwnerMismatchError:
    """Return the error for a credential of somebody else than the account's owner."""
    found = me.user
    return OwnerMismatchError(
        f"Account {account.name!r} belongs to {named(owner)}, and this credential to"
        f" {named(found)}; nothing was changed.",
        hint="Give them an account of their own:"
        f" mp login {account.name} --as NAME{retry.options}"
        f" · or hand this one over: {retry} --take-over",
        details={
            "account": account.name,
            "region": account.region,
            "owner": owner.model_dump(),
            "found": found.model_dump() if found else None,
        },
    )


def named(user: MeUserInfo | None) -> str:
    """Return what a person calls a user: the e-mail, where there is one."""
    return str(user.email or f"user {user.id}") if user else "nobody"
