"""What the statuses mean that have a meaning of their own, and what a 429 says."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from mp_core.errors import APIError, QueryError, RateLimitError
from tests.support.home_files import configure
from tests.support.scripted_client import (
    ME,
    OK,
    ScriptedClient,
    fails,
    replies,
    session_of,
)


def failed(status: int, text: str, env: dict[str, str] | None = None, **headers: str) -> APIError:
    client = ScriptedClient(replies(*[fails(status, text, **headers)] * 4), env or {})
    with pytest.raises(APIError) as caught:
        client.send(ME, session_of(region="eu"))
    return caught.value


@pytest.mark.parametrize("status", [400, 403, 404])
@pytest.mark.parametrize(
    "text",
    [
        "request failed with error: invalid project id for cluster.",
        "Invalid project id for cluster",
        "invalid project_id for cluster: us",
        "This cluster does not have the project.",
    ],
)
def test_h87_a_project_of_another_cluster_is_one_of_another_region(status: int, text: str) -> None:
    error = failed(status, text)
    assert isinstance(error, QueryError)
    assert (error.code, error.status_code) == ("WRONG_REGION", status)
    assert error.details == {"account": "team", "region": "eu", "project": "42"}
    for part in ("Project 42 is not in region eu", "account 'team'", "in us or in", "cluster"):
        assert part in error.message
    assert "mp project list ·" in str(error.hint)
    assert "an account stays in its region" in str(error.hint)


def test_h87_the_hint_names_the_account_and_another_region(home: Path) -> None:
    configure(home, accounts={"team": {"type": "badge"}})
    error = failed(400, "invalid project id for cluster", {"HOME": str(home)})
    assert "mp project list --account team ·" in str(error.hint)
    assert str(error.hint).endswith("mp login --region us")


def test_h87_another_400_says_nothing_of_the_region() -> None:
    assert failed(400, "unknown event in project").code == "QUERY_ERROR"


def test_h87_402_is_about_the_plan() -> None:
    error = failed(402, "Your plan does not allow API calls.")
    assert isinstance(error, QueryError)
    assert (error.code, error.status_code) == ("PLAN", 402)
    assert "plan of project 42 does not include this call: Your plan does" in error.message
    assert "not about the credential" in str(error.hint)


@pytest.mark.parametrize("status", [413, 414])
def test_h87_what_is_too_large_is_to_be_made_smaller(status: int) -> None:
    error = failed(status, "No.")
    assert f"too large for Mixpanel ({status}): No." in error.message
    assert "fewer days" in str(error.hint)


def test_h87_a_429_says_its_reason_and_its_seconds() -> None:
    error = failed(429, "exceeded rate limit: 60 queries an hour.", Retry_After="90")
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 90
    assert error.message == (
        "Mixpanel asks for a pause of 90 s: exceeded rate limit: 60 queries an hour."
    )
    assert error.hint == "Try again in 90 s."


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("-5", None),
        ("1e3", None),
        ("5.5", None),
        ("\N{SUPERSCRIPT THREE}", None),
        ("\N{ARABIC-INDIC DIGIT THREE}", None),
        ("nan", None),
        ("", None),
        ("0x10", None),
        ("9" * 400, 1e12),
        ("9" * 5000, 1e12),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0),
        ("x" * 10_000, None),
    ],
)
def test_h87_an_odd_retry_after_crashes_nothing(value: str, seconds: float | None) -> None:
    odd = httpx.Response(
        429, json={"error": "Slow down."}, headers=[(b"Retry-After", value.encode())]
    )
    with pytest.raises(RateLimitError, match="Slow down") as caught:
        ScriptedClient(replies(*[odd] * 4)).send()
    assert caught.value.retry_after == seconds


def test_h87_each_pause_that_is_asked_for_is_said_with_its_length_and_reason() -> None:
    answers = [fails(429, "rate limit", Retry_After="12"), fails(503, Retry_After="3"), OK]
    client = ScriptedClient(replies(*answers))
    client.send()
    assert client.told == [
        "Mixpanel asks for a pause of 12 s (429: rate limit); trying again (1 of 3).",
        "Mixpanel asks for a pause of 3 s (503: No); trying again (2 of 3).",
    ]
    assert client.slept == [12.0, 3.0]
