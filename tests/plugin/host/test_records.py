"""Audit logs: all are told, none holds another up, and one that is required can refuse."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from mp_core.errors import ConfigError, CredentialWarning, ProviderError
from mp_core.plugin import hookimpl
from mp_core.plugin._host.host import Host
from mp_core.plugin._host.outboxes import outboxes
from mp_core.plugin.audit import AuditEvent
from tests.support.plugin_modules import (
    CARD,
    TICKET,
    announce,
    cards,
    extension,
    host_of,
    tickets,
)

LONG_S = 60
EVENT = AuditEvent("refreshed", datetime(2026, 1, 2, tzinfo=UTC), "team", "card", "eu", "a@b.c")


def taking(seen: list[Any], name: str) -> Callable[..., None]:
    def mp_record(event: AuditEvent) -> None:
        seen.append((name, event))

    return mp_record


def broken(event: AuditEvent) -> None:
    raise OSError("the disk is full")


def recorded(host: Host, event: AuditEvent = EVENT) -> None:
    host.record(CARD, event)
    outboxes.finish(LONG_S)


def test_provider_and_extensions_in_force_are_told_and_nobody_else() -> None:
    seen: list[Any] = []
    host = host_of(
        cards(mp_record=taking(seen, "card")),
        tickets(mp_record=taking(seen, "ticket")),
        extension("on", mp_record=taking(seen, "on")),
        extension("off", mp_record=taking(seen, "off")),
        extensions=["on"],
    )
    assert host.is_recorded("card")
    host.stores_tokens(TICKET)  # Now its provider is loaded as well.
    recorded(host)
    assert sorted(seen, key=str) == [("card", EVENT), ("on", EVENT)]


@contextmanager
def no_warning() -> Iterator[None]:
    """Nothing is said in the block, in whichever thread."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        yield
    assert said == []


def test_a_wrapper_is_told_too() -> None:
    seen: list[Any] = []

    @hookimpl(wrapper=True)
    def mp_record(event: AuditEvent) -> Iterator[None]:
        seen.append(event)
        yield

    module = type("Wrapper", (), {"mp_record": staticmethod(mp_record)})
    host = host_of(cards(), announce("w", module, group="mp_core.extensions"), extensions=["w"])
    with no_warning():
        recorded(host)
    assert seen == [EVENT]


def test_where_nobody_wants_to_know_nothing_is_kept() -> None:
    host = host_of(cards(), extension("p", mp_validate_account=lambda: None), extensions=["p"])
    assert not host.is_recorded("card")


def test_a_type_whose_provider_is_missing_is_recorded_by_the_extensions() -> None:
    seen: list[Any] = []
    host = host_of(extension("log", mp_record=taking(seen, "log")), extensions=["log"])
    assert host.is_recorded("card")
    host.record(None, EVENT)
    outboxes.finish(LONG_S)
    assert seen == [("log", EVENT)]


def test_h100_one_that_raises_stops_no_other_and_is_said_once() -> None:
    seen: list[Any] = []
    host = host_of(
        cards(),
        extension("a", mp_record=broken),
        extension("b", mp_record=taking(seen, "b")),
        extensions=["a", "b"],
    )
    with pytest.warns(CredentialWarning, match="audit log 'a'.*the disk is full"):
        recorded(host)
    with no_warning():
        recorded(host)
    assert len(seen) == 2


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), ConfigError("no")])
def test_h100_whatever_one_raises_ends_nothing(error: BaseException) -> None:
    def mp_record(event: AuditEvent) -> None:
        raise error

    seen: list[Any] = []
    host = host_of(
        cards(),
        extension("a", mp_record=mp_record),
        extension("b", mp_record=taking(seen, "b")),
        extensions=["a", "b"],
    )
    with pytest.warns(CredentialWarning, match=type(error).__name__):
        recorded(host)
    with no_warning():
        recorded(host)
    assert len(seen) == 2


def test_h100_a_slow_one_is_not_waited_for() -> None:
    entered, left = threading.Event(), threading.Event()

    def slow(event: AuditEvent) -> None:
        entered.set()
        assert left.wait(LONG_S)

    host = host_of(cards(), extension("slow", mp_record=slow), extensions=["slow"])
    host.record(CARD, EVENT)
    assert entered.wait(LONG_S)  # It is at work, and the call has come back.
    left.set()
    outboxes.finish(LONG_S)


def required(*announced: Any, names: str) -> Host:
    return host_of(
        cards(), *announced, env={"MP_REQUIRE_EXTENSIONS": names}, extensions=names.split(",")
    )


def test_one_that_is_required_is_told_before_the_call_goes_on() -> None:
    seen: list[int] = []
    told = extension("log", mp_record=lambda event: seen.append(threading.get_ident()))
    required(told, names="log").record(CARD, EVENT)
    assert seen == [threading.get_ident()]


def test_h100_one_that_is_required_and_fails_refuses_the_call_and_the_others_are_told() -> None:
    seen: list[Any] = []
    host = required(
        extension("a", mp_record=broken),
        extension("b", mp_record=taking(seen, "b")),
        names="a,b",
    )
    with pytest.raises(ProviderError) as caught:
        host.record(CARD, EVENT)
    error = caught.value
    assert error.message == (
        "The extension 'a', which MP_REQUIRE_EXTENSIONS requires, did not record that account"
        " 'team' was refreshed: OSError: the disk is full (host/test_records.py, line 41). The new"
        " tokens are kept, and not handed out by this call."
    )
    assert "unset MP_REQUIRE_EXTENSIONS" in (error.hint or "")
    assert (error.code, error.details["extension"]) == ("NOT_RECORDED", "a")
    assert seen == [("b", EVENT)]


def test_what_ends_a_program_goes_through_one_that_is_required() -> None:
    def mp_record(event: AuditEvent) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        required(extension("a", mp_record=mp_record), names="a").record(CARD, EVENT)


class Promise:
    """What a hook returns that should have been awaited."""

    def __await__(self) -> Iterator[None]:
        yield


@pytest.mark.parametrize("answer", [False, Promise()])
def test_one_that_is_required_and_does_nothing_yet_refuses_the_call(answer: object) -> None:
    host = required(extension("a", mp_record=lambda event: answer), names="a")
    with pytest.raises(ProviderError, match="returned False, or what nobody awaits"):
        host.record(CARD, EVENT)
