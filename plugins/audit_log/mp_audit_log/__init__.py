"""An audit log: one line of JSON for everything that is done with an account's credential.

It is of use where it is complete, so what cannot be written is an error; see the README on what
the core does with that. Nothing is loaded or made before the first event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mp_core.plugin import hookimpl

if TYPE_CHECKING:
    from mp_core.plugin import AuditEvent

__all__ = ["MP_CONTRACT", "mp_record"]

MP_CONTRACT: Final = "1.1"


@hookimpl
def mp_record(event: AuditEvent) -> None:
    """Append an event to the log that the environment names now."""
    import json
    import os

    from mp_audit_log.log import append
    from mp_audit_log.settings import Settings

    append(json.dumps(event.as_json(), default=str), Settings.of(os.environ))
