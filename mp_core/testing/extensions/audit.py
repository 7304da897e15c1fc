"""Checks of an audit log: it takes every event, loses none, and knows no secret."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest

from mp_core._runtime.context import Context
from mp_core.plugin.audit import EVENT_KINDS, AuditEvent, EventKind
from mp_core.testing.extensions.children import Child, results_of
from mp_core.testing.extensions.events import DETAILS, event, record
from mp_core.testing.extensions.placement import Placement
from mp_core.testing.extensions.samples import OtherSampleAccount
from mp_core.testing.extensions.subject import ExtensionSubject, implemented
from mp_core.testing.subject import header_of, leaked, secrets_in

_ODD: Final[Mapping[str, Mapping[str, Any]]] = {
    "an answer that never came": {"details": {**DETAILS["credential_used"], "status": None}},
    "a path that is long": {"details": {**DETAILS["credential_used"], "path": "/" + "a" * 8192}},
    "a path of two lines": {"details": {**DETAILS["credential_used"], "path": "/a\n{}\r\n/b"}},
    "other letters": {"details": {"path": 'ü☃ "quoted" \\ %s {0} ${HOME}'}, "owner": "zoë@example"},
    "more than is known today": {"details": {"since": "1.2", "list": [1, {"deep": None}]}},
    "no owner": {"owner": None},
}
_THREADS: Final = 8
_ROUNDS: Final = 5


class AuditChecks(ExtensionSubject):
    """Every event is taken, whoever tells of it, and is on record once."""

    def recorded(self) -> Sequence[object] | None:
        """Return what is on record so far: one object or text for each event.

        Without it, only that nothing fails is checked, and not that nothing is lost.
        """
        return None

    def test_it_has_the_hook_of_an_audit_log(self, plugin: object) -> None:
        assert "mp_record" in implemented(plugin), "An audit log implements mp_record."

    @pytest.mark.parametrize("kind", EVENT_KINDS)
    def test_it_takes_every_kind_of_event(self, plugin: object, kind: EventKind) -> None:
        said = self._said_of(plugin, event(kind))
        assert said is None or (kind in said and "team" in said), (
            f"What is on record of the event {kind} names neither it nor its account: {said}"
        )

    @pytest.mark.parametrize("what", _ODD)
    def test_it_takes_what_is_odd(self, plugin: object, what: str) -> None:
        self._said_of(plugin, event(**_ODD[what]))

    def test_it_loses_no_event_of_many_threads(self, plugin: object) -> None:
        before = self._count()
        events = [event(kind) for kind in EVENT_KINDS] * _ROUNDS
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(lambda each: record(plugin, each), events))
        self._check_growth(before, len(events), "threads")

    def test_it_loses_no_event_of_several_processes(self, placement: Placement) -> None:
        before = self._count()
        if before is None:
            pytest.skip("the method `recorded` tells nothing")
        results_of(*(Child(placement, "log", rounds=_ROUNDS) for _ in range(2)))
        self._check_growth(before, 2 * _ROUNDS * len(EVENT_KINDS), "processes")

    def test_it_prints_no_data(self, plugin: object, capfd: pytest.CaptureFixture[str]) -> None:
        record(plugin, *map(event, EVENT_KINDS))
        said = capfd.readouterr().out
        assert not said, f"The audit log prints {said!r}: standard output holds data of commands."

    def test_no_secret_is_on_record_or_in_a_log(
        self, context: Context, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        account = OtherSampleAccount(name="another", region="us")
        header_of(context, account)
        shown = f"{self.recorded()} {caplog.text}"
        assert not leaked(shown, list(secrets_in(account))), (
            "A secret is on record: write down what an event says, and nothing else that a hook is"
            " given."
        )

    def _said_of(self, plugin: object, what: AuditEvent) -> str | None:
        """Return what is on record of one event, if that can be told."""
        before = self._count()
        answers = record(plugin, what)
        assert False not in answers, "mp_record returns False, as if it had not taken the event."
        self._check_growth(before, 1, "")
        records = self.recorded()
        return str(records[-1]) if records else None

    def _count(self) -> int | None:
        records = self.recorded()
        return None if records is None else len(records)

    def _check_growth(self, before: int | None, events: int, whence: str) -> None:
        found = (self._count() or 0) - (before or 0)
        assert before is None or found == events, (
            f"Of {events} events{whence and f' of several {whence}'}, {found} are on record. Write"
            " each event at once and whole, as one record, whatever its values hold, and hold a"
            " lock while others could come between."
        )
