"""What a token endpoint answers to a refresh: kept when it holds a token, and else nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from hypothesis import strategies as st

from mp_core.accounts import Accounts
from mp_core.errors import MpError
from tests.fuzz.homes import CLIENT, TOKENS, context_in, put, stocked, stored
from tests.fuzz.json_texts import KINDS, STATUSES, bodies
from tests.fuzz.target import CANARY, Check, ours, target

ANSWER = {
    "access_token": f"{CANARY}-new",
    "refresh_token": f"{CANARY}-next",
    "expires_in": 3600,
    "scope": "events",
    "token_type": "Bearer",
}
INPUTS = st.tuples(STATUSES, KINDS, bodies(ANSWER) | bodies({"error": "invalid_grant"}))


def answered(directory: Path) -> Iterator[Check]:
    spent = json.dumps({**TOKENS, "expires_at": "2001-01-01T00:00:00+00:00"}).encode()
    home = stocked(directory / "home")

    def check(drawn: tuple[int, str, bytes]) -> None:
        status, kind, body = drawn

        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(status, headers={"Content-Type": kind}, content=body)

        put(home, "client.json", json.dumps(CLIENT).encode())
        path = put(home, "tokens.json", spent)
        token = ours(lambda: Accounts(context_in(home, answer)).token("me"))
        if isinstance(token, MpError):
            _check_goes_on(path.read_bytes(), spent)
            assert not _holds_token(status, body), f"a token is thrown away: {token.message}"
        else:
            _check_kept(home, token)

    yield check


def _check_goes_on(stored_now: bytes, spent: bytes) -> None:
    """Check that the login is there: as it was, or with a token that no header can carry."""
    assert stored_now == spent or json.loads(stored_now)["refresh_token"], "a login is lost"


def _holds_token(status: int, body: bytes) -> bool:
    """Return whether every reader of JSON finds a token here that a header can carry."""
    try:
        answer: Any = json.loads(body.decode("ascii"))
        token = answer["access_token"]
        long_lived = 60 < float(answer["expires_in"]) < 10**9
    except (ValueError, LookupError, TypeError, RecursionError, OverflowError):
        return False
    return status == 200 and token == ANSWER["access_token"] and long_lived


def _check_kept(home: Path, token: str | None) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nothing is to be asked")

    record = json.loads(stored(home, "tokens.json").read_bytes())
    assert record["access_token"] == token
    again = ours(lambda: Accounts(context_in(home, refuse)).token("me"))
    is_short = record["expires_at"] < "2038" and isinstance(again, MpError)
    assert is_short or again == token


TOKEN_ANSWERS = target("token-answers", INPUTS)(answered)
