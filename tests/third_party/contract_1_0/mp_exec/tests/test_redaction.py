"""What is struck out of the error output of a command, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_exec.redaction import LONGEST, redacted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the vault is sealed", "the vault is sealed"),
        ("no such file: /usr/lib/python3.11/site-packages/x.py", None),
        ("https://vault.acme.example:8200/v1/secret is unreachable", None),
        ("access_token=abc", "access_token=***"),
        ("refused: client_secret = abc, try again", "refused: client_secret = ***, try again"),
        ('{"refresh_token": "abc", "user": "ann"}', '{"refresh_token": "***", "user": "ann"}'),
        ("--password=hunter2 is wrong", "--password=*** is wrong"),
        ("X-Api-Key: 17", "X-Api-Key: ***"),
        ("Authorization: Bearer abc.def", "Authorization: *** ***"),
        ("sent Bearer abc and Basic eDp5", "sent Bearer *** and Basic ***"),
        ("postgres://ann:pw@db.example/x", "postgres://***@db.example/x"),
        ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "got ***"),
        ("got AKIAIOSFODNN7EXAMPLEKEY", "got ***"),
        ("one\n  two\t\x1b[31mred\x1b[0m\x00", "one two [31mred [0m"),
        ("", ""),
    ],
)
def test_what_looks_like_a_secret_is_struck_out(text: str, shown: str | None) -> None:
    assert redacted(text, {}) == (text if shown is None else shown)


@pytest.mark.parametrize("name", ["VAULT_TOKEN", "DB_PASSWORD", "aws_secret", "API_KEY", "MY_PASS"])
def test_values_of_secretive_variables_are_struck_out(name: str) -> None:
    assert redacted("got hunter22 here", {name: "hunter22"}) == "got *** here"


def test_values_of_other_variables_and_very_short_ones_are_not() -> None:
    assert redacted("got hunter22 here", {"HOME": "hunter22", "A_TOKEN": "got"}) == (
        "got hunter22 here"
    )


def test_the_end_is_kept_of_what_is_long() -> None:
    said = redacted("beginning " + "and so on " * 100 + "end", {})
    assert said.startswith("…")
    assert said.endswith("end")
    assert len(said) == LONGEST + 1


@given(st.text())
def test_the_result_is_one_printable_line(text: str) -> None:
    said = redacted(text, {})
    assert said.isprintable()
    assert len(said) <= LONGEST + 1


@given(st.text(alphabet="abcdefghij0123456789+/=_-", min_size=24, max_size=64))
def test_a_long_word_of_letters_and_digits_does_not_survive(secret: str) -> None:
    if secret[0].isalnum() and any(map(str.isdigit, secret)) and any(map(str.isalpha, secret)):
        assert secret not in redacted(f"refused {secret}", {})
