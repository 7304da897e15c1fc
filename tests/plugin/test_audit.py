"""Events: values that cannot be changed, and that go wherever an audit log sends them."""

from __future__ import annotations

import copy
import json
import pickle
import typing
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mp_core.plugin import AuditEvent, OutgoingRequest

SAID = {"to": "/home/ann/bridge.json"}
AT = datetime(2026, 1, 2, tzinfo=UTC)


def event(details: dict[str, Any] = SAID) -> AuditEvent:
    return AuditEvent("exported", AT, "team", "card", "eu", "ann@acme.example", details)


@pytest.mark.parametrize(
    "change",
    [
        lambda details: details.__setitem__("to", "elsewhere"),
        lambda details: details.__delitem__("to"),
        lambda details: details.__ior__({"by": "me"}),
        lambda details: details.update(by="me"),
        lambda details: details.setdefault("by", "me"),
        lambda details: details.pop("to"),
        lambda details: details.popitem(),
        lambda details: details.clear(),
    ],
)
@pytest.mark.parametrize("way", [lambda event: event, copy.deepcopy])
def test_no_audit_log_changes_what_the_others_are_told(
    change: Callable[[Any], object], way: Callable[[AuditEvent], AuditEvent]
) -> None:
    told = way(event())
    with pytest.raises(TypeError, match="read-only"):
        change(told.details)
    assert told.details == SAID


def test_who_made_it_does_not_change_it_later() -> None:
    details = dict(SAID)
    told = event(details)
    details.clear()
    assert told.details == SAID


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, replace, lambda event: pickle.loads(pickle.dumps(event))]
)
def test_it_is_the_same_in_a_copy_and_in_another_process(
    again: Callable[[AuditEvent], AuditEvent],
) -> None:
    assert again(event()) == event()
    assert hash(again(event())) == hash(event())


def test_its_fields_are_json_whichever_way_they_are_taken() -> None:
    told = event()
    assert json.loads(json.dumps(told.details)) == SAID
    fields = {**asdict(told), "at": told.at.isoformat()}
    assert json.loads(json.dumps(fields)) == told.as_json()


@pytest.mark.parametrize("value", [AuditEvent, OutgoingRequest])
def test_the_types_of_what_hooks_are_given_can_be_asked_for(value: type) -> None:
    assert typing.get_type_hints(value).keys() == value.__annotations__.keys()
