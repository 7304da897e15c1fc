"""Events, and telling a plugin of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from mp_core.plugin._host.manager import Manager
from mp_core.plugin.audit import AuditEvent, EventKind
from mp_core.plugin.hooks import PROJECT, PluginSpec

DETAILS: Final[Mapping[str, Mapping[str, Any]]] = {
    "credential_used": {
        "host": "eu.mixpanel.com",
        "method": "GET",
        "path": "/api/app/me",
        "status": 200,
    },
    "exported": {"to": "/home/ann/bridge.json"},
    "account_changed": {"what": "updated"},
    "vetoed": {"by": "a policy", "why": "Accounts of this company live in the eu region."},
}


def event(kind: EventKind = "credential_used", **fields: Any) -> AuditEvent:
    """Return an event of a kind, with what comes with it unless told otherwise."""
    usual: dict[str, Any] = {
        "at": datetime.now(UTC),
        "account": "team",
        "type": "sample",
        "region": "eu",
        "owner": "ann@example.com",
        "details": DETAILS.get(kind, {}),
        **fields,
    }
    return AuditEvent(kind, **usual)


def record(plugin: object, *events: AuditEvent) -> list[object]:
    """Tell an extension of events and return its answers; what it raises is let through."""
    manager = Manager(PROJECT)
    manager.add_hookspecs(PluginSpec)
    manager.register(plugin)
    return [answer for each in events for answer in manager.hook.mp_record(event=each)]
