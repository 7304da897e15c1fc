"""JSON as servers and damaged files hold it: right, nearly right, and wrong."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.texts import mostly, mutated, texts

ATOMS = [
    *["null", "true", "false", "0", "-1", "7", "1.5", "1e400", "-0.0", "1e-400", "NaN", "Infinity"],
    *[
        "-Infinity",
        "1" * 5000,
        "1" * 19,
        '""',
        '"x"',
        '"7"',
        '"0"',
        '" 7 "',
        '"\\u0667"',
        "[]",
        "{}",
    ],
    *[
        '"cut\\ud83d"',
        '"\\udc00"',
        '"\\u0000"',
        '"\\u001b[31m\\r\\n"',
        '"\\u2028\\u202e"',
        "[null]",
    ],
    *['{"a": 1, "a": 2}', '{"": ""}', '{"\\ud800": 1}', "[" * 2000 + "]" * 2000, "[[[[[]]]]]"],
    *['{"a":' * 1200 + "1" + "}" * 1200, '"' + "x" * 3000 + '"', '"=cmd()"', '"a\\tb,c;\\"d"'],
]
"""Values that readers of JSON take in different ways, or not at all."""

KEYS = ['"error"', '"status"', '"results"', '"id"', '"name"', '"\\ud83d"', '""', '"1"', '"extra"']


@st.composite
def spelled(draw: st.DrawFn, value: Any, one_in: int = 12) -> str:
    """Draw the JSON of a value in which some parts are other ones, missing, or too many."""
    if draw(st.integers(1, one_in)) == one_in:
        return draw(st.sampled_from(ATOMS) | texts.map(json.dumps))
    if isinstance(value, dict):
        kept = [key for key in value if draw(st.integers(1, one_in)) < one_in]
        members = [f"{json.dumps(key)}: {draw(spelled(value[key], one_in))}" for key in kept]
        if draw(st.integers(1, 4)) == 4:
            members.append(f"{draw(st.sampled_from(KEYS))}: {draw(st.sampled_from(ATOMS))}")
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(draw(spelled(member, one_in)) for member in value) + "]"
    return json.dumps(value)


def bodies(value: Any) -> st.SearchStrategy[bytes]:
    """Return strategies of what may stand where the JSON of a value is expected."""
    right = json.dumps(value).encode()
    marked = st.sampled_from(
        [b"\xef\xbb\xbf" + right, right.decode().encode("utf-16"), b"", b"null"]
    )
    page = st.just(b"<!doctype html><title>Proxy</title>Sign in")
    wrong = st.one_of(mutated(right), marked, page, st.binary(max_size=30), texts.map(str.encode))
    return mostly(spelled(value).map(str.encode), wrong, 3)


STATUSES = mostly(st.just(200), st.sampled_from([201, 204, 302, 400, 401, 403, 404, 429, 500]))
KINDS = st.sampled_from(
    ["application/json", "text/html", "application/json; charset=utf-16", "x; charset=idna", ""]
)
"""What says of which kind a body is, rightly or not."""
