"""The owner of an account whose proof is older than the records of owners."""

from __future__ import annotations

import contextlib

from mp_core._api.me_cache import MeCache
from mp_core._api.owner import OwnerRecord
from mp_core._runtime.context import Context
from mp_core.errors import ConfigError
from mp_core.plugin.account import Account


def note_known_owner(context: Context, account: Account) -> None:
    """Write down the owner whom the last answer names, before name or credential change or go.

    Without them nobody can tell any more that the answer was to this account.
    """
    me = MeCache(context, account).last()
    if me is not None:
        with contextlib.suppress(ConfigError):  # The record names somebody else already.
            OwnerRecord(context, account).confirm(me)
