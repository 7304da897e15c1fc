"""The audit log `northwind_audit`: a line of JSON for each event."""

from __future__ import annotations

import json
import os
from pathlib import Path

from mp_core.plugin import AuditEvent, hookimpl

MP_CONTRACT = "1.1"


@hookimpl
def mp_record(event: AuditEvent) -> None:
    """Append the event, in one write: lines of several processes do not mix."""
    file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    with open(os.open(file(), flags, 0o600), "ab") as log:
        log.write(json.dumps(event.as_json()).encode() + b"\n")


def file() -> Path:
    """Return where the log is, or will be."""
    named = os.environ.get("NORTHWIND_AUDIT")
    return Path(named or "~/.local/state/northwind/audit.jsonl").expanduser()
