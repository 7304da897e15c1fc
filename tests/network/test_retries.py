"""When a request is sent again, and after how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core._network.retries import (
    PATIENCE_S,
    RETRIES,
    backoff,
    is_idempotent,
    pause_after,
    retry_after,
)

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH")
STATUSES = (200, 302, 400, 401, 403, 404, 408, 429, 500, 501, 502, 503, 504)


def response(status: int, method: str = "GET", after: str | None = None) -> httpx.Response:
    headers = {} if after is None else {"Retry-After": after}
    request = httpx.Request(method, "http://127.0.0.1/")
    return httpx.Response(status, headers=headers, request=request)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("method", METHODS)
def test_only_429_and_transient_failures_of_idempotent_methods_are_retried(
    status: int, method: str
) -> None:
    again = pause_after(response(status, method), 0, now=NOW) is not None
    assert again is (status == 429 or (status in (502, 503, 504) and method not in _UNSAFE))


_UNSAFE = ("POST", "PATCH")


@pytest.mark.parametrize("method", METHODS)
def test_methods_count_as_idempotent_by_the_rfc_in_any_case(method: str) -> None:
    assert is_idempotent(method) is is_idempotent(method.lower()) is (method not in _UNSAFE)


@pytest.mark.parametrize("status", [429, 503])
def test_nothing_is_sent_more_than_three_times_again(status: int) -> None:
    assert RETRIES == 3
    pauses = [pause_after(response(status), attempt, now=NOW) for attempt in range(5)]
    assert [pause is not None for pause in pauses] == [True, True, True, False, False]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize(("after", "pause"), [("0", 0.0), ("1", 1.0), ("60", 60.0), ("61", None)])
def test_retry_after_is_honoured_up_to_a_minute(
    status: int, after: str, pause: float | None
) -> None:
    assert PATIENCE_S == 60
    assert pause_after(response(status, after=after), 0, now=NOW) == pause


@given(st.integers(0, 10**12))
def test_retry_after_in_seconds_is_read(seconds: int) -> None:
    assert retry_after(response(429, after=str(seconds)), now=NOW) == seconds
    assert retry_after(response(429, after=f" {seconds} "), now=NOW) == seconds


@given(st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_retry_after_as_an_http_date_is_read_and_the_past_means_now(ahead: timedelta) -> None:
    moment = (NOW + ahead).replace(microsecond=0)
    after = format_datetime(moment, usegmt=True)
    expected = max(0.0, (moment - NOW).total_seconds())
    assert retry_after(response(429, after=after), now=NOW) == expected


@pytest.mark.parametrize(
    "after",
    [
        "Mon, 06 May 2024 07:08:39 GMT",
        "Monday, 06-May-24 07:08:39 GMT",
        "Mon May  6 07:08:39 2024",
        "Mon, 06 May 2024 07:08:39 -0000",
    ],
)
def test_every_form_of_an_http_date_is_read_as_universal_time(after: str) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-7)))
    assert retry_after(response(429, after=after), now=elsewhere) == 30


@pytest.mark.parametrize(
    "after",
    [
        *(None, "", "soon", "-1", "1.5", "1e3", "Mon, 99 May 2024"),
        "Mon, 06 May 2024 07:08:39 +99999999999999",
        "Fri, 31 Dec 9999 23:59:59 -2359",
    ],
)
def test_a_retry_after_that_says_nothing_leaves_it_to_the_backoff(after: str | None) -> None:
    assert retry_after(response(429, after=after), now=NOW) is None
    pause = pause_after(response(429, after=after), 0, now=NOW)
    assert pause is not None
    assert 0.25 <= pause <= 0.75


@given(st.integers(0, RETRIES - 1), st.floats(0, 1, exclude_max=True))
def test_the_backoff_doubles_and_jitters_around_its_middle(attempt: int, jitter: float) -> None:
    pause = backoff(attempt, jitter=lambda: jitter)
    middle = 0.5 * 2**attempt
    assert middle / 2 <= pause <= middle * 1.5
    assert backoff(attempt + 1, jitter=lambda: jitter) == pytest.approx(2 * pause)


def test_the_jitter_is_random() -> None:
    assert len({backoff(0) for _ in range(20)}) > 1
