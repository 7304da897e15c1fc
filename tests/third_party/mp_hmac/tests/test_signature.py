"""The signature: of every part of a request, and never the same twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from mp_core.plugin import OutgoingRequest
from mp_hmac.signature import Signature, signed, signed_text

SECRET = SecretStr("fake-secret-of-a-robot")
REQUEST = OutgoingRequest("POST", "https://gw.acme.example/api/app/x?a=b", {}, b"body")
NOW = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


def test_it_is_an_hmac_of_the_lines_of_a_request() -> None:
    """The vector of RFC 4231 §4.3, and the lines by hand."""
    vector = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert signed(SecretStr("Jefe"), b"what do ya want for nothing?") == vector
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert signed_text("GET", "u", "d", "n", b"") == f"GET\nu\nd\nn\n{empty}".encode()


def test_its_headers_say_which_key_made_it_and_when() -> None:
    made = Signature.made("robot-1", SECRET, REQUEST, now=NOW)
    text = signed_text("POST", REQUEST.url, "2031-05-06T07:08:09+00:00", made.nonce, b"body")
    assert made.headers() == {
        "Authorization": (
            f"HMAC-SHA256 key=robot-1, nonce={made.nonce}, signature={signed(SECRET, text)}"
        ),
        "X-Date": "2031-05-06T07:08:09+00:00",
    }


def test_no_two_are_the_same() -> None:
    made = {Signature.made("robot-1", SECRET, REQUEST, now=NOW).value for _ in range(20)}
    assert len(made) == 20


@pytest.mark.parametrize(
    "other",
    [{"method": "PUT"}, {"url": REQUEST.url + "c"}, {"content": b"other"}, {"content": b""}],
)
def test_every_part_is_signed(other: dict[str, Any]) -> None:
    changed = replace(REQUEST, **other)
    parts = [
        signed_text(each.method, each.url, "date", "nonce", each.content or b"")
        for each in (REQUEST, changed)
    ]
    assert parts[0] != parts[1]
