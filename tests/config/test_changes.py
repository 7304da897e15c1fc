"""What an edit changes about accounts, as audit logs are told of it."""

from __future__ import annotations

from typing import Any

import pytest

from mp_core._config.changes import changes

ONE = {"type": "card", "region": "us", "number": "1", "default_project": "1"}
OTHER = {**ONE, "number": "2"}


def tables(active: str | None = None, **accounts: Any) -> dict[str, Any]:
    return {"accounts": accounts, **({"active": {"account": active}} if active else {})}


@pytest.mark.parametrize(
    ("before", "after", "renamed", "found"),
    [
        ({}, tables(a=ONE), {}, ["added a"]),
        (tables(a=ONE), tables("a", a=ONE), {}, ["activated a"]),
        (tables("a", a=ONE), tables(a=ONE), {}, []),
        (tables("a", a=ONE, b=OTHER), tables("b", a=ONE, b=OTHER), {}, ["activated b"]),
        (tables(a=ONE), tables(a=OTHER), {}, ["updated a"]),
        (tables(a=ONE), tables(a={**ONE, "default_project": "2"}), {}, ["default_project a"]),
        (
            tables(a=ONE),
            tables(a={**OTHER, "default_project": "2"}),
            {},
            ["updated a", "default_project a"],
        ),
        (tables("a", a=ONE), tables("b", b=ONE), {"b": "a"}, ["renamed b"]),
        (tables("a", a=ONE, b=OTHER), tables(b=OTHER), {}, ["removed a"]),
        (tables(a=ONE), tables(a=ONE), {}, []),
        ({"accounts": 7}, {"accounts": {"a": 7}}, {}, ["added a"]),
        ({"accounts": {"a": 7}}, {"accounts": {"a": 8}, "active": 3}, {}, ["updated a"]),
    ],
)
def test_each_change_is_found_once(
    before: Any, after: Any, renamed: dict[str, str], found: list[str]
) -> None:
    assert [f"{each.what} {each.account}" for each in changes(before, after, renamed)] == found


def test_a_change_says_type_and_region_and_a_new_name_the_old_one() -> None:
    (change,) = changes(tables(a=ONE), tables(b=ONE), {"b": "a"})
    assert (change.type, change.region) == ("card", "us")
    assert change.details == {"what": "renamed", "from": "a", "to": "b"}
