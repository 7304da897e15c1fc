"""The headers of a session: read-only, compared without case, never those that authenticate."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mp_core._values.headers import NO_HEADERS, Headers

CANARY = "fake-secret-canary"
FORBIDDEN = [
    "Authorization",
    "Host",
    "Cookie",
    "Content-Length",
    "Transfer-Encoding",
    "Proxy-Authorization",
    "Proxy-Connection",
    "Proxy-",
]
TOKEN = st.from_regex(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", fullmatch=True)
NAMES = TOKEN.map(lambda name: f"X{name}")
PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
VALUES = st.text(PRINTABLE).map(str.strip)
FIELDS = st.dictionaries(NAMES, VALUES).filter(lambda d: len({n.lower() for n in d}) == len(d))
ADAPTER = TypeAdapter(Headers)


@pytest.mark.parametrize("name", FORBIDDEN)
@pytest.mark.parametrize("spell", [str, str.lower, str.upper, str.swapcase])
def test_h27_what_authenticates_or_frames_a_request_cannot_be_set(name: str, spell: Any) -> None:
    with pytest.raises(ValueError, match="may not be set") as caught:
        Headers({"X-Fine": "1", spell(name): CANARY})
    assert CANARY not in repr(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " X-A",
        "X-A ",
        "X A",
        "X-A:",
        "X\n",
        "X\r\nAuthorization",
        "Authorization\x00",
        "\u2169",
        "\u017f",
    ],
)
def test_h27_a_name_is_a_token(name: str) -> None:
    with pytest.raises(ValueError, match="RFC 9110"):
        Headers({name: "1"})


@pytest.mark.parametrize(
    "value", ["a\r\nAuthorization: x", "a\nb", "\x00", "\x7f", "a\tb", "é", "\u2028", " x", "x "]
)
def test_h27_a_value_is_printable_ascii_without_blanks_around_it(value: str) -> None:
    with pytest.raises(ValueError, match="X-A holds") as caught:
        Headers({"X-A": value})
    assert repr(value)[1:-1] not in str(caught.value).replace("X-A", "")


@pytest.mark.parametrize("fields", [{"X-A": 1}, {"X-A": None}, {1: "a"}, {None: "a"}, {b"X": "a"}])
def test_h27_names_and_values_are_texts(fields: Any) -> None:
    with pytest.raises(ValueError, match="header"):
        Headers(fields)


def test_h27_names_that_differ_in_case_are_one_name() -> None:
    for one, other in (("X-A", "x-a"), ("x-a", "X-A")):
        with pytest.raises(ValueError, match=f"{other} occurs twice"):
            Headers({one: "1", other: "2"})
    headers = Headers({"X-A": "1"})
    assert headers["x-a"] == headers["X-A"] == "1"
    assert "x-A" in headers
    assert Headers({"X-A": "1"}) == Headers({"x-a": "1"})
    assert hash(Headers({"X-A": "1"})) == hash(Headers({"x-a": "1"}))


@given(FIELDS)
def test_what_is_accepted_is_kept_as_it_was_spelled(fields: dict[str, str]) -> None:
    headers = Headers(fields)
    assert dict(headers) == fields
    assert len(headers) == len(fields)
    assert headers == fields
    assert pickle.loads(pickle.dumps(headers)) == headers
    assert ADAPTER.validate_python(fields) == headers
    assert ADAPTER.validate_json(ADAPTER.dump_json(headers)) == headers


@given(FIELDS)
def test_h27_what_is_accepted_can_be_sent(fields: dict[str, str]) -> None:
    request = httpx.Request("GET", "https://mixpanel.com/", headers=dict(Headers(fields)))
    assert all(request.headers[name] == value for name, value in fields.items())
    assert request.headers["host"] == "mixpanel.com"


@given(FIELDS, FIELDS)
def test_updating_takes_the_other_where_both_have_a_name(
    mine: dict[str, str], theirs: dict[str, str]
) -> None:
    before = Headers(mine)
    after = before.updated(Headers(theirs))
    folded = {name.lower(): value for name, value in {**mine, **theirs}.items()}
    folded |= {name.lower(): value for name, value in theirs.items()}
    assert {name.lower(): value for name, value in after.items()} == folded
    assert dict(before) == mine


def test_they_are_read_only() -> None:
    headers: Any = Headers({"X-A": "1"})
    with pytest.raises(TypeError):
        headers["X-A"] = "2"
    with pytest.raises(TypeError):
        del headers["X-A"]
    with pytest.raises(AttributeError):
        headers.another = 1
    assert dict(headers) == {"X-A": "1"}


def test_they_differ_from_what_is_no_mapping() -> None:
    assert Headers({}) != []
    assert Headers({}) == {} == NO_HEADERS


@pytest.mark.parametrize("value", [None, [], "X-A: 1", [("X-A", "1")]])
def test_only_a_mapping_becomes_headers(value: Any) -> None:
    with pytest.raises(ValidationError, match="should be a mapping"):
        ADAPTER.validate_python(value)


def test_any_mapping_becomes_headers() -> None:
    class Fields(Mapping[str, str]):
        def __getitem__(self, name: str) -> str:
            return "1"

        def __iter__(self) -> Any:
            return iter(["X-A"])

        def __len__(self) -> int:
            return 1

    assert ADAPTER.validate_python(Fields()) == {"X-A": "1"}
    given_headers = Headers({"X-B": "2"})
    assert ADAPTER.validate_python(given_headers) is given_headers


def test_the_text_of_headers_holds_their_names_alone() -> None:
    assert repr(Headers({"X-B": CANARY, "X-A": CANARY})) == "Headers(['X-A', 'X-B'])"
