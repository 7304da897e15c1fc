"""What the query API of the sandbox answers."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from mp_core.sandbox import Sandbox
from tests.support.sandbox_calls import EVENTS, SEGMENTATION, open_client

WEEK = {"from_date": "2024-01-01", "to_date": "2024-01-07"}


def values(client: httpx.Client, **params: str) -> Any:
    query = {"project_id": "3018488", "event": "Purchase", **WEEK, **params}
    response = client.get(SEGMENTATION, params=query)
    assert response.status_code == 200, response.text
    return response.json()["data"]["values"]


def test_event_names_are_a_bare_unsorted_list_with_nasty_names(client: httpx.Client) -> None:
    names = client.get(EVENTS, params={"type": "general", "project_id": "10"}).json()
    assert names != sorted(names)
    assert {"🛒 Added to Cart", "[prod] Deploy", "[/x]"} <= set(names)


def test_event_names_depend_on_the_project_and_obey_the_limit(client: httpx.Client) -> None:
    ten = client.get(EVENTS, params={"project_id": "10", "limit": "5000"}).json()
    web = client.get(EVENTS, params={"project_id": "3018488"}).json()
    assert ten != web
    assert client.get(EVENTS, params={"project_id": "10", "limit": "2"}).json() == ten[:2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": "-1"},
        {"limit": "9" * 5000},
        {"type": "odd"},
        {"from_date": "yesterday"},
    ],
)
def test_a_wrong_parameter_of_event_names_gets_400(
    client: httpx.Client, wrong: dict[str, str]
) -> None:
    assert client.get(EVENTS, params={"project_id": "10", **wrong}).status_code == 400


@pytest.mark.parametrize("path", [EVENTS, SEGMENTATION])
def test_a_query_names_a_visible_project_and_a_workspace_of_it(
    client: httpx.Client, path: str
) -> None:
    def status(**params: str) -> int:
        return client.get(path, params={"event": "Purchase", **WEEK, **params}).status_code

    assert status() == 400
    assert status(project_id="9") == 403
    assert status(project_id="[/x]") == 403
    assert status(project_id="10", workspace_id="3448413") == 400
    assert status(project_id="10", workspace_id="x") == 400
    assert status(project_id="10", workspace_id="101") == 200
    assert status(project_id="10") == 200


def test_the_same_question_gets_the_same_numbers_in_another_sandbox(client: httpx.Client) -> None:
    with Sandbox() as other, open_client(other) as second:
        assert values(client) == values(second)


def test_numbers_depend_on_every_part_of_the_question(client: httpx.Client) -> None:
    answers = [
        values(client),
        values(client, project_id="10"),
        values(client, workspace_id="3448413"),
        values(client, workspace_id="3448414"),
        values(client, where='properties["country"] == "DE"'),
        values(client, on='properties["country"]'),
        values(client, on='properties["city"]'),
        values(client, on='properties["city"]', event="Sign Up"),
    ]
    counts = [json.dumps(sorted(a.values(), key=str)) for a in answers]
    assert len(set(counts)) == len(counts)
    assert list(values(client)["Purchase"].values()) != list(
        values(client, event="Sign Up")["Sign Up"].values()
    )


def test_a_breakdown_has_the_values_of_the_property_as_segments(client: httpx.Client) -> None:
    assert list(values(client)) == ["Purchase"]
    assert {"[/x]", "🦊"} <= set(values(client, on='properties["country"]'))


@pytest.mark.parametrize(
    ("unit", "first", "last", "series"),
    [
        ("day", "2024-02-28", "2024-03-01", ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("week", "2024-01-03", "2024-01-08", ["2024-01-01", "2024-01-08"]),
        ("month", "2023-12-31", "2024-01-01", ["2023-12-01", "2024-01-01"]),
    ],
)
def test_the_series_covers_both_dates_in_the_unit(
    client: httpx.Client, unit: str, first: str, last: str, series: list[str]
) -> None:
    found = values(client, unit=unit, from_date=first, to_date=last)
    assert list(found["Purchase"]) == series


def test_hours_are_24_a_day(client: httpx.Client) -> None:
    found = values(client, unit="hour", to_date="2024-01-02")["Purchase"]
    assert len(found) == 48
    assert "2024-01-02 23:00:00" in found


@pytest.mark.parametrize(
    "wrong",
    [
        {"event": ""},
        {"from_date": "2024-01-08"},
        {"to_date": "soon"},
        {"unit": "minute"},
        {"on": "country"},
    ],
)
def test_a_wrong_parameter_of_segmentation_gets_400_that_names_it(
    client: httpx.Client, wrong: dict[str, str]
) -> None:
    query = {"project_id": "10", "event": "Purchase", **WEEK, **wrong}
    response = client.get(SEGMENTATION, params=query)
    assert response.status_code == 400
    assert next(iter(wrong)) in response.json()["error"]
