"""The hook that audit logs implement.

An audit log that is required is told at once, and what it raises refuses the call. All others are
told by an outbox each: nobody waits for them, and what one raises is said once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mp_core import _env as variables
from mp_core._ending import at_end, is_ending
from mp_core._warning import tell
from mp_core.errors import ProviderFailedError
from mp_core.plugin._host.blame import is_passed_on, one_line
from mp_core.plugin._host.calls import Calls, is_no_answer
from mp_core.plugin._host.loading import Key
from mp_core.plugin.hooks import EXTENSIONS

if TYPE_CHECKING:
    from mp_core.plugin.account import Account
    from mp_core.plugin.audit import AuditEvent, EventKind

_HOOK: Final = "mp_record"
_HAPPENED: Final[dict[EventKind, tuple[str, str]]] = {
    "credential_used": ("was used", "The answer is withheld."),
    "refreshed": ("was refreshed", "The new tokens are kept, and not handed out by this call."),
    "logged_in": ("was logged in", "The login is kept."),
    "logged_out": ("was logged out", "It stays so."),
    "exported": ("was exported", "What was written is deleted again."),
    "account_changed": ("was changed", "The change was made, and stays."),
    "vetoed": ("was refused", "It stays so."),
}
"""What has happened by then, and what becomes of it."""


class AuditCalls(Calls):
    """Events.

    Attributes:
        required: Names of the extensions without which nothing is sent.
    """

    required: tuple[str, ...]
    _warned: set[Key]

    def is_recorded(self, type_: str) -> bool:
        """Return whether anybody takes note of what happens with accounts of a type.

        Raises:
            ProviderError: An extension is missing or does not load.
        """
        return bool(self._hooks.implementers(_HOOK, type_))

    def record(self, account: Account | None, event: AuditEvent) -> None:
        """Tell every implementation of an event, whatever becomes of another one.

        Args:
            account: Whose; None for one that cannot be used.
            event: What happened.

        Raises:
            ProviderError: An extension that is required did not take it.
        """
        keys = self._hooks.implementers(_HOOK, account.type if account else event.type)
        if others := [key for key in keys if not self._is_required(key)]:
            _post(self, event, others)
        failed = [(key, self.cause(key, event)) for key in keys if self._is_required(key)]
        for (_, name), cause in failed:
            if cause is not None:
                raise _unrecorded(name, event, cause)

    def cause(self, key: Key, event: AuditEvent, *, passes_on: bool = True) -> str | None:
        """Tell one plugin of an event, and return why it did not take it; None when it has.

        Args:
            key: The plugin.
            event: What happened.
            passes_on: Whether what ends programs goes on, as it does where somebody waits.
        """
        try:
            said = self._hooks.caller_of(_HOOK, key)(event=event)
            if any(map(is_no_answer, said or ())):  # A wrapper may return nothing.
                return "it returned False, or what nobody awaits"
        except BaseException as error:
            if passes_on and is_passed_on(error):
                raise
            return one_line(error, self.loader.announced(*key).package)
        return None

    def warn_once(self, key: Key, cause: str) -> None:
        """Say of a plugin that it does not take events, unless that was said."""
        if key not in self._warned:
            self._warned.add(key)
            tell(f"The audit log {key[1]!r} did not take an event, and may lack others: {cause}.")

    def _is_required(self, key: Key) -> bool:
        return key[0] == EXTENSIONS and key[1] in self.required


class _Post:
    """An event on its way to one that is not waited for."""

    def __init__(self, host: AuditCalls, event: AuditEvent, key: Key) -> None:
        self._host = host
        self._event = event
        self._key = key

    def __call__(self) -> None:
        cause = self._host.cause(self._key, self._event, passes_on=False)
        if cause is not None:
            self._host.warn_once(self._key, cause)


def _post(host: AuditCalls, event: AuditEvent, keys: Sequence[Key]) -> None:
    from mp_core.plugin._host.outboxes import outboxes

    for key in keys:
        outboxes.of(key).put(_Post(host, event, key))
    if is_ending():  # Nobody will wait for it later.
        outboxes.finish_at_end()


def finish_records() -> None:
    """Wait for a short time until those are told of all events who are not waited for otherwise."""
    if "mp_core.plugin._host.outboxes" in sys.modules:
        from mp_core.plugin._host.outboxes import outboxes

        finish = outboxes.finish_at_end if is_ending() else outboxes.finish
        finish()


at_end(finish_records)


def _unrecorded(name: str, event: AuditEvent, cause: str) -> ProviderFailedError:
    what, consequence = _HAPPENED[event.kind]
    return ProviderFailedError(
        f"The extension {name!r}, which {variables.REQUIRE_EXTENSIONS} requires, did not record"
        f" that account {event.account!r} {what}: {cause}."
        f" {consequence}",
        hint=f"Put right what {name} needs, and try again · or do without it:"
        f" unset {variables.REQUIRE_EXTENSIONS}",
        code="NOT_RECORDED",
        details={
            "extension": name,
            "variable": variables.REQUIRE_EXTENSIONS,
            "account": event.account,
            "kind": event.kind,
        },
    )
