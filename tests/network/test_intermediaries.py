"""Whose answer it is: Mixpanel's, or that of something between here and there."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mp_core._network.intermediaries import intermediary

PAGE = "text/html; charset=utf-8"
JSON = "application/json"
ASKED = httpx.Request("GET", "https://mixpanel.com/api/app/me")


def who(status: int, type_: str | None = PAGE, **headers: str) -> str | None:
    named: dict[str, Any] = {name.replace("_", "-"): value for name, value in headers.items()}
    if type_ is not None:
        named["Content-Type"] = type_
    answer = httpx.Response(status, headers=named, content=b"<p>Words.", request=ASKED)
    cause = intermediary(answer)
    return cause and cause.name


def whose(content: bytes, status: int = 200, **headers: str) -> str | None:
    said = {"Content-Type": PAGE, **headers}
    cause = intermediary(httpx.Response(status, headers=said, content=content, request=ASKED))
    return cause and cause.name


@pytest.mark.parametrize(
    ("status", "headers", "name"),
    [
        (200, {}, "portal"),
        (511, {}, "portal"),
        (403, {}, "proxy"),
        (401, {}, "proxy"),
        (401, {"WWW_Authenticate": "Negotiate"}, "proxy"),
        (407, {"Proxy_Authenticate": "Basic"}, "proxy"),
        (502, {"Server": "squid/6.1"}, "proxy"),
        (503, {"Via": "1.1 tinyproxy (tinyproxy/1.11.1)"}, "proxy"),
        (504, {"X_Squid_Error": "ERR_CONNECT_FAIL 110"}, "proxy"),
        (400, {"Server": "tinyproxy/1.11.1"}, "proxy"),
        (302, {"Location": "https://login.hotel.example/?token=x"}, "portal"),
    ],
)
def test_h86_a_page_where_the_api_answers_with_json_is_somebody_elses(
    status: int, headers: dict[str, str], name: str
) -> None:
    assert who(status, **headers) == name


@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 429, 500, 502, 503])
@pytest.mark.parametrize("via", ["1.1 google", "1.1 squid-of-the-office (squid/6.1)"])
def test_h86_json_is_mixpanels_whatever_it_has_passed(status: int, via: str) -> None:
    assert who(status, JSON, Via=via) is None


@pytest.mark.parametrize("content", [b'{"a": 1}', b"[]", b"null"])
@pytest.mark.parametrize("headers", [{}, {"Server": "squid/6.1"}])
@pytest.mark.parametrize("status", [200, 401, 403, 404, 503])
def test_h86_json_that_is_called_a_page_is_none(
    content: bytes, headers: dict[str, str], status: int
) -> None:
    assert whose(content, status, **headers) is None


def test_h86_a_success_that_says_nothing_is_no_page_whatever_it_is_called() -> None:
    assert whose(b"") is None


@pytest.mark.parametrize("content", [b"<!doctype html>", b"\xff\xfe", b"[" * 100_000])
def test_h86_what_is_no_json_either_is_a_page(content: bytes) -> None:
    assert whose(content) == "portal"


@pytest.mark.parametrize(
    ("status", "type_", "headers"),
    [
        (401, None, {}),
        (403, "text/plain", {}),
        (401, PAGE, {"WWW_Authenticate": 'Bearer realm="api"'}),
        (404, PAGE, {}),
        (404, PAGE, {"Via": "1.1 squid-of-the-office (squid/6.1)"}),
        (502, PAGE, {"Server": "nginx", "Via": "1.1 google"}),
        (302, PAGE, {"Location": "/login"}),
        (302, PAGE, {"Location": "https://eu.mixpanel.com/login"}),
        (302, PAGE, {}),
    ],
)
def test_h86_what_mixpanel_may_have_said_is_not_taken_from_it(
    status: int, type_: str | None, headers: dict[str, str]
) -> None:
    assert who(status, type_, **headers) is None
