"""The hook that audit logs implement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mp_core.plugin._host.calls import Calls

if TYPE_CHECKING:
    from mp_core.plugin.account import Account
    from mp_core.plugin.audit import AuditEvent


class AuditCalls(Calls):
    """Events."""

    def record(self, account: Account, event: AuditEvent) -> None:
        """Tell every implementation of an event about an account."""
        self._hooks.about("mp_record", account, event=event)
